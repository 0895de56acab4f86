// `npm run verify`: everything that CI checks, in its order: format and lint, types, generated files, tests.

import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BootstrapError, prepare, report, root } from './bootstrap.js';
import { generate, runPackage } from './generate.js';

const directory = fileURLToPath(root);

/** Files that must not change when regenerated. A test checks that the migrations match schema.prisma. */
const generatedPaths = ['schema.graphql', 'src/client/generated'];

function contents() {
  const files = generatedPaths.flatMap((path) =>
    path.endsWith('.graphql')
      ? [path]
      : readdirSync(join(directory, path), { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => join(entry.parentPath, entry.name).slice(directory.length)),
  );
  return new Map(files.map((file) => [file, readFileSync(join(directory, file), 'utf8')]));
}

function checkGenerated() {
  const before = contents();
  generate();
  const after = contents();
  const stale = [...new Set([...before.keys(), ...after.keys()])].filter(
    (file) => before.get(file) !== after.get(file),
  );
  if (stale.length > 0) throw new BootstrapError(`out of date, now regenerated, commit them: ${stale.join(', ')}`);
}

const steps = [
  ['format and lint', () => runPackage('@biomejs/biome/bin/biome', 'ci', '.')],
  ['types', () => runPackage('typescript/bin/tsc', '-p', 'tsconfig.json')],
  ['generated files', checkGenerated],
  ['fixtures', () => runPackage('tsx/dist/cli.mjs', 'scripts/make-fixtures.ts', '--check')],
];

try {
  await prepare({ build: true, log: report });
  for (const [name, run] of steps) {
    report(name);
    run();
  }
} catch (error) {
  if (!(error instanceof BootstrapError)) throw error;
  console.error(error.message);
  process.exit(1);
}
const { status } = spawnSync(process.execPath, [join(directory, 'bin', 'test.js'), ...process.argv.slice(2)], {
  stdio: 'inherit',
});
process.exit(status ?? 1);
