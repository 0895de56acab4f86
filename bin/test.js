// `npm test`: prepares the clone, then runs the tests once, with the arguments given.

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

const vitest = fileURLToPath(new URL('node_modules/vitest/vitest.mjs', root));
const child = spawn(process.execPath, [vitest, 'run', ...process.argv.slice(2)], {
  cwd: fileURLToPath(root),
  stdio: 'inherit',
  // The same everywhere: snapshots are never written implicitly, and `.only` does not hide tests.
  env: { ...process.env, CI: 'true' },
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.once('exit', (code) => process.exit(code ?? 1));
