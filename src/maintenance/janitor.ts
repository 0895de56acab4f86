import type { Database } from '../connections/database.ts';
import type { Logger } from '../ops/logger.ts';
import { namedJobFiles } from '../results/job-files.ts';
import type { Storage } from '../storage/storage.ts';
import type { Actor } from './actor.ts';

/** Younger objects may belong to a row that is about to be written. */
const minAgeMs = 24 * 60 * 60 * 1000;
const batch = 500;

const namedSources = `SELECT storage_key AS "storageKey" FROM sources WHERE storage_key = ANY($1::text[])`;

/**
 * Removes stored objects that no row references: from workers killed between storing and recording, downloads that lost
 * their claim, replaced pages, and interrupted deletions. That is safe, because keys are never reused.
 */
export function createJanitor(context: { database: Database; storage: Storage; logger: Logger }) {
  const { database, storage, logger } = context;

  /** Returns which keys of a folder are in use. */
  const folders: Record<string, (keys: string[]) => Promise<Set<string>>> = {
    async sources(keys) {
      const rows = await database.query<{ storageKey: string }>(namedSources, [keys]);
      return new Set(rows.map(({ storageKey }) => storageKey));
    },
    results: (keys) => namedJobFiles(database, keys),
  };

  async function removeOrphans(keys: string[], named: Set<string>): Promise<void> {
    const orphans = keys.filter((key) => !named.has(key));
    for (const key of orphans) await storage.remove(key);
    if (orphans.length > 0) logger.info({ objects: orphans.length }, 'removed stored objects that no row references');
  }

  return {
    name: 'janitor',
    everyMs: 60 * 60 * 1000,
    async runOnce() {
      for (const [folder, named] of Object.entries(folders)) {
        let old: string[] = [];
        for await (const { key, modifiedAt } of storage.list(folder)) {
          if (Date.now() - modifiedAt.getTime() < minAgeMs) continue;
          old.push(key);
          if (old.length < batch) continue;
          await removeOrphans(old, await named(old));
          old = [];
        }
        await removeOrphans(old, await named(old));
      }
    },
  } satisfies Actor;
}
