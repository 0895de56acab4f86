import { pruneBatches } from '../batches/sql/prune-batches.ts';
import type { Database } from '../connections/database.ts';
import { expireUploads } from '../documents/sql/expire-uploads.ts';
import type { Logger } from '../ops/logger.ts';
import type { Storage } from '../storage/storage.ts';
import { giveUpOrphans } from '../webhooks/change-endpoint.ts';
import type { Actor } from './actor.ts';

const batch = 100;

const deleteKeys = `
DELETE FROM idempotency_keys k
 USING (SELECT tenant_id, key FROM idempotency_keys WHERE expires_at < now()
         ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED) old
 WHERE k.tenant_id = old.tenant_id AND k.key = old.key
RETURNING 1 AS deleted`;

const keepDeliveries = `interval '30 days'`;

const deleteDeliveries = `
DELETE FROM webhook_deliveries d
 USING (SELECT id FROM webhook_deliveries WHERE finished_at < now() - ${keepDeliveries}
         ORDER BY finished_at LIMIT $1 FOR UPDATE SKIP LOCKED) old
 WHERE d.id = old.id
RETURNING 1 AS deleted`;

/** Deliveries that have waited too long for a paused endpoint. */
const deletePaused = `
DELETE FROM webhook_deliveries d
 USING (SELECT o.id FROM webhook_endpoints e JOIN webhook_deliveries o ON o.endpoint_id = e.id
         WHERE e.paused_at < now() - ${keepDeliveries} AND o.status = 'PENDING' AND o.created_at < now() - ${keepDeliveries}
         LIMIT $1 FOR UPDATE OF o SKIP LOCKED) old
 WHERE d.id = old.id
RETURNING 1 AS deleted`;

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
