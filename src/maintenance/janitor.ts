import type { Database } from '../connections/database.ts';
import type { Logger } from '../ops/logger.ts';
import type { ListedObject, Storage } from '../storage/storage.ts';
import type { Actor } from './actor.ts';

/** Younger bytes may belong to a row that is about to be written. */
const youngestMs = 24 * 60 * 60 * 1000;
const batch = 500;

const named = `SELECT storage_key AS "storageKey" FROM sources WHERE storage_key = ANY($1::text[])`;

/**
 * Removes bytes that no row names: of a worker that was killed between storing and recording them, a download whose claim
 * was lost, a deletion that was interrupted. Nobody can want them any more: keys are never given out twice.
 */
export function createJanitor(context: { database: Database; storage: Storage; logger: Logger }) {
  const { database, storage, logger } = context;

  async function removeOrphans(objects: ListedObject[]): Promise<void> {
    const keys = objects.map(({ key }) => key);
    const rows = await database.query<{ storageKey: string }>(named, [keys]);
    const wanted = new Set(rows.map(({ storageKey }) => storageKey));
    const orphans = keys.filter((key) => !wanted.has(key));
    for (const key of orphans) await storage.remove(key);
    if (orphans.length > 0) logger.info({ objects: orphans.length }, 'removed bytes that belonged to nothing');
  }

  return {
    name: 'janitor',
    everyMs: 60 * 60 * 1000,
    async runOnce() {
      let old: ListedObject[] = [];
      for await (const object of storage.list('sources')) {
        if (Date.now() - object.modifiedAt.getTime() < youngestMs) continue;
        old.push(object);
        if (old.length < batch) continue;
        await removeOrphans(old);
        old = [];
      }
      await removeOrphans(old);
    },
  } satisfies Actor;
}
