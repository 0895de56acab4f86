import { pruneBatches } from '../batches/sql/prune-batches.ts';
import type { Database } from '../connections/database.ts';
import { expireUploads } from '../documents/sql/expire-uploads.ts';
import type { Logger } from '../ops/logger.ts';
import type { Storage } from '../storage/storage.ts';
import { giveUpOrphans } from '../webhooks/change-endpoint.ts';
import type { Actor } from './actor.ts';
import { deleteDeliveries, deleteKeys, deletePaused } from './sql/delete-expired.ts';

const batch = 100;

/**
 * Deletes expired rows, a bounded number in each statement: unused uploads with their bytes, batches without jobs, idempotency
 * keys of what was deleted, old deliveries of webhooks, workers that died long ago.
 */
export function createPruner(context: { database: Database; storage: Storage; logger: Logger }) {
  const { database, storage, logger } = context;

  async function pruneUploads(): Promise<number> {
    const uploads = await database.query<{ storageKey: string | null }>(expireUploads, [batch]);
    for (const { storageKey } of uploads) if (storageKey !== null) await storage.remove(storageKey);
    if (uploads.length > 0) logger.info({ uploads: uploads.length }, 'visited uploads past their time');
    return uploads.length;
  }

  return {
    name: 'pruner',
    everyMs: 60_000,
    async runOnce() {
      while ((await pruneUploads()) === batch);
      for (const statement of [pruneBatches, deleteKeys, deleteDeliveries, deletePaused]) {
        while ((await database.query(statement, [batch])).length === batch);
      }
      await giveUpOrphans(database);
      await database.query(`DELETE FROM workers WHERE heartbeat_at < now() - interval '1 hour'`, []);
    },
  } satisfies Actor;
}
