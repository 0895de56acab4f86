// A supervising process with two services with channels and, guarded, a program that does not watch its parent.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startProcess } from '../../../src/supervisor/supervised-process.ts';
import { createSupervisor } from '../../../src/supervisor/supervisor.ts';

const [, , directory = ''] = process.argv;
const supervisor = createSupervisor({ stopOrder: [], log: () => undefined });
const common = {
  runDirectory: join(directory, 'run'),
  stopSignal: 'SIGTERM',
  killSignal: 'SIGKILL',
  stopMs: 5_000,
} as const;
const service = fileURLToPath(new URL('service.ts', import.meta.url));
for (const name of ['one', 'two']) {
  await supervisor.start({
    name,
    start: () =>
      startProcess({
        inherits: 'all',
        ...common,
        name,
        command: process.execPath,
        args: [...process.execArgv, service, name, join(directory, 'journal')],
        logFile: join(directory, `${name}.log`),
        parentDeath: 'channel',
      }),
  });
}
await supervisor.start({
  name: 'ignorant',
  start: () =>
    startProcess({
      inherits: 'all',
      ...common,
      name: 'ignorant',
      command: 'tail',
      args: ['-f', '/dev/null'],
      logFile: join(directory, 'ignorant.log'),
      parentDeath: 'guard',
    }),
});
process.stdout.write('up\n');
