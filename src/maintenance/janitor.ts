import type { Database } from '../connections/database.ts';
import type { Logger } from '../ops/logger.ts';
import { findOrphans } from '../retention/orphans.ts';
import type { Storage } from '../storage/storage.ts';
import type { Actor } from './actor.ts';

/** Removes stored objects that no row references, see `findOrphans`. */
export function createJanitor({ database, storage, logger }: { database: Database; storage: Storage; logger: Logger }) {
  return {
    name: 'janitor',
    everyMs: 60 * 60 * 1000,
    async runOnce() {
      for await (const orphans of findOrphans(database, storage)) {
        for (const key of orphans) await storage.remove(key);
        if (orphans.length > 0)
          logger.info({ objects: orphans.length }, 'removed stored objects that no row references');
      }
    },
  } satisfies Actor;
}
