// `npm run layout -- FILE --page N`: replays the layout of one page, see scripts/layout.ts.

import { fileURLToPath } from 'node:url';
import { BootstrapError, prepare, report, root } from './bootstrap.js';
import { runPackage } from './generate.js';

try {
  await prepare({ build: false, log: report });
  runPackage('tsx/dist/cli.mjs', fileURLToPath(new URL('scripts/layout.ts', root)), ...process.argv.slice(2));
} catch (error) {
  if (!(error instanceof BootstrapError)) throw error;
  console.error(error.message);
  process.exit(1);
}
