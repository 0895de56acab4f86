// `npm run generate`: regenerates what is generated and committed: schema.graphql, then the typed client.

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { BootstrapError, prepare, report, root } from './bootstrap.js';

const directory = fileURLToPath(root);

/** Runs a package's program with this Node.js; throws if it fails. */
export function runPackage(script, ...args) {
  const { status } = spawnSync(process.execPath, [`${directory}node_modules/${script}`, ...args], {
    cwd: directory,
    stdio: 'inherit',
  });
  if (status !== 0) throw new BootstrapError(`${script} failed (exit code ${status})`);
}

/** Regenerates what is committed. */
export function generate() {
  runPackage('tsx/dist/cli.mjs', 'scripts/print-schema.ts');
  runPackage('@graphql-codegen/cli/cjs/bin.js', '--config', 'codegen.ts');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    await prepare({ build: false, log: report });
    generate();
  } catch (error) {
    if (!(error instanceof BootstrapError)) throw error;
    console.error(error.message);
    process.exit(1);
  }
}
