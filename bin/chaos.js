// `npm run chaos -- --seed N --minutes M`: real processes, killed, frozen and cut off; see docs/chaos.md.

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { BootstrapError, prepare, report, root } from './bootstrap.js';

try {
  await prepare({ build: true, log: report });
} catch (error) {
  if (!(error instanceof BootstrapError)) throw error;
  console.error(error.message);
  process.exit(1);
}
const main = fileURLToPath(new URL('chaos/main.ts', root));
const child = spawn(process.execPath, ['--import', 'tsx', main, ...process.argv.slice(2)], {
  cwd: fileURLToPath(root),
  stdio: 'inherit',
});
// It stops what it started before it ends.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.once('exit', (code) => process.exit(code ?? 1));
