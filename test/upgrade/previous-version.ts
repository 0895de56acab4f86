import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));

/**
 * The version that must survive the migrations of this one. Until there is a release, it is the commit before the oldest
 * migration that may still change; then the tag of the last release.
 */
const previous = '2a487414';

/** Whether this clone has the history that the test of upgrades needs. */
export const hasPrevious = spawnSync('git', ['cat-file', '-e', `${previous}^{commit}`], { cwd: root }).status === 0;
if (!hasPrevious) console.warn(`The test of upgrades was SKIPPED: this clone does not contain the commit ${previous}.`);

export interface PreviousVersion extends Disposable {
  /** Its compiled command line. */
  readonly cli: string;
}

/** Compiles the previous version in a folder of its own, with the packages of this one. */
export async function buildPrevious(): Promise<PreviousVersion> {
  const folder = mkdtempSync(join(tmpdir(), 'pagehive-previous-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    await run('bash', ['-c', `git -C "$0" archive ${previous} | tar -x -C "$1"`, root, folder]);
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    const node = (script: string, ...args: string[]) =>
      run(process.execPath, [join(folder, 'node_modules', script), ...args], {
        cwd: folder,
        // `generate` only checks that there is a migration engine.
        env: {
          ...process.env,
          // Prisma starts its generators by name.
          PATH: `${join(folder, 'node_modules', '.bin')}${delimiter}${process.env.PATH ?? ''}`,
          PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
          CHECKPOINT_DISABLE: '1',
        },
      });
    await node('prisma/build/index.js', 'generate');
    await node('typescript/bin/tsc', '-p', 'tsconfig.build.json');
    return { cli: join(folder, 'dist/cli.js'), [Symbol.dispose]: remove };
  } catch (error) {
    remove();
    throw error;
  }
}
