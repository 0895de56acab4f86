// `pagehive start` with the stand-in in place of the real commands.
import { fileURLToPath } from 'node:url';
import { start } from '../../../src/commands/start.ts';
import { StartError } from '../../../src/commands/start-checks.ts';
import { readConfig } from '../../../src/config.ts';

try {
  await start(readConfig(), { entry: fileURLToPath(new URL('service.ts', import.meta.url)) });
} catch (error) {
  if (!(error instanceof StartError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
