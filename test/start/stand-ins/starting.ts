// `pagehive start` with a stand-in instead of the real commands.
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { start } from '../../../src/commands/start.ts';
import { StartError } from '../../../src/commands/start-checks.ts';
import { readConfig } from '../../../src/config/config.ts';

const journal = process.env.JOURNAL ?? '';

/** Completes after the processes have started. */
async function prepareExample(): Promise<string> {
  if (process.env.EXAMPLE === 'fails') throw new Error('the disk is full');
  while (!existsSync(journal) || readFileSync(journal, 'utf8').split(' started ').length <= 3) await sleep(50);
  process.stderr.write('the example is stored\n');
  return 'This is the example.\n';
}

try {
  await start(readConfig(), { entry: fileURLToPath(new URL('service.ts', import.meta.url)), prepareExample });
} catch (error) {
  if (!(error instanceof StartError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
