// `npm run bench -- NAME`: runs bench/NAME.ts. Without a name: lists them.

import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { BootstrapError, prepare, report, root } from './bootstrap.js';
import { runPackage } from './generate.js';

const names = readdirSync(new URL('bench/', root), { withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => entry.name.replace(/\.ts$/, ''));
const [name, ...args] = process.argv.slice(2);
if (!names.includes(name)) {
  console.error(`usage: npm run bench -- ${names.join('|')}`);
  process.exit(2);
}
try {
  await prepare({ build: true, log: report });
  runPackage('tsx/dist/cli.mjs', fileURLToPath(new URL(`bench/${name}.ts`, root)), ...args);
} catch (error) {
  if (!(error instanceof BootstrapError)) throw error;
  console.error(error.message);
  process.exit(1);
}
