import type { Database } from '../connections/database.ts';
import type { Logger } from '../ops/logger.ts';
import { namedJobFiles } from '../results/job-files.ts';
import type { Storage } from '../storage/storage.ts';
import type { Actor } from './actor.ts';

/** Younger bytes may belong to a row that is about to be written. */
const youngestMs = 24 * 60 * 60 * 1000;
const batch = 500;

const namedSources = `SELECT storage_key AS "storageKey" FROM sources WHERE storage_key = ANY($1::text[])`;

/**
 * Removes bytes that no row names: of a worker that was killed between storing and recording them, a download whose claim
 * was lost, pages that were made anew, a deletion that was interrupted. Nobody can want them any more: keys are never given
 * out twice.
 */
export function createJanitor(context: { database: Database; storage: Storage; logger: Logger }) {
  const { database, storage, logger } = context;

  /** Which keys of a folder are named. */
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
    if (orphans.length > 0) logger.info({ objects: orphans.length }, 'removed bytes that belonged to nothing');
  }

  return {
    name: 'janitor',
    everyMs: 60 * 60 * 1000,
    async runOnce() {
      for (const [folder, named] of Object.entries(folders)) {
        let old: string[] = [];
        for await (const { key, modifiedAt } of storage.list(folder)) {
          if (Date.now() - modifiedAt.getTime() < youngestMs) continue;
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
