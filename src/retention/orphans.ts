import { namedArchiveKeys } from '../archive/delete-archived.ts';
import type { Database } from '../connections/database.ts';
import { namedJobFiles } from '../results/job-files.ts';
import type { Storage } from '../storage/storage.ts';
import { namedSources } from './sql/stored-objects.ts';

/** Younger objects may belong to a row that is about to be written. */
const minAgeMs = 24 * 60 * 60 * 1000;
const batch = 500;

/** Returns which keys of a folder a row references. */
const folders: Record<string, (database: Database, keys: string[]) => Promise<Set<string>>> = {
  async sources(database, keys) {
    const rows = await database.query<{ key: string }>(namedSources, [keys]);
    return new Set(rows.map(({ key }) => key));
  },
  results: namedJobFiles,
  archives: namedArchiveKeys,
};

/**
 * Finds stored objects that no row references: from processes killed between storing and recording, downloads that lost
 * their claim, replaced pages, and interrupted deletions. Removing them is safe, because keys are never reused. Yields
 * them in groups.
 */
export async function* findOrphans(database: Database, storage: Storage): AsyncGenerator<string[]> {
  for (const [folder, readNamed] of Object.entries(folders)) {
    let old: string[] = [];
    const unnamed = async () => {
      const named = await readNamed(database, old);
      return old.filter((key) => !named.has(key));
    };
    for await (const { key, modifiedAt } of storage.list(folder)) {
      if (Date.now() - modifiedAt.getTime() < minAgeMs) continue;
      old.push(key);
      if (old.length < batch) continue;
      yield await unnamed();
      old = [];
    }
    yield await unnamed();
  }
}
