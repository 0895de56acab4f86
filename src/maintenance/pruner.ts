import type { Database } from '../connections/database.ts';
import type { Logger } from '../ops/logger.ts';
import type { Storage } from '../storage/storage.ts';
import { giveUpOrphans } from '../webhooks/change-endpoint.ts';
import type { Actor } from './actor.ts';

const batch = 100;

/** An upload without a job past its time: EXPIRED, so that using it is told from a wrong id; its bytes go. */
const expireUploads = `
UPDATE sources s SET status = 'EXPIRED', storage_key = NULL, expires_at = NULL
  FROM (SELECT o.id, o.storage_key FROM sources o
         WHERE o.expires_at < now() - interval '1 minute' AND NOT EXISTS (SELECT FROM jobs j WHERE j.source_id = o.id)
         ORDER BY o.expires_at LIMIT $1 FOR UPDATE SKIP LOCKED) old
 WHERE s.id = old.id
RETURNING old.storage_key AS "storageKey"`;

const forgetKeys = `
DELETE FROM idempotency_keys k
 USING (SELECT tenant_id, key FROM idempotency_keys WHERE expires_at < now()
         ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED) old
 WHERE k.tenant_id = old.tenant_id AND k.key = old.key
RETURNING 1 AS forgotten`;

const keepDeliveries = `interval '30 days'`;

const forgetDeliveries = `
DELETE FROM webhook_deliveries d
 USING (SELECT id FROM webhook_deliveries WHERE finished_at < now() - ${keepDeliveries}
         ORDER BY finished_at LIMIT $1 FOR UPDATE SKIP LOCKED) old
 WHERE d.id = old.id
RETURNING 1 AS forgotten`;

/** What waits for an endpoint that nobody resumes. */
const forgetPaused = `
DELETE FROM webhook_deliveries d
 USING (SELECT o.id FROM webhook_endpoints e JOIN webhook_deliveries o ON o.endpoint_id = e.id
         WHERE e.paused_at < now() - ${keepDeliveries} AND o.status = 'PENDING' AND o.created_at < now() - ${keepDeliveries}
         LIMIT $1 FOR UPDATE OF o SKIP LOCKED) old
 WHERE d.id = old.id
RETURNING 1 AS forgotten`;

/** Forgets what has had its time: deliveries of webhooks, unused uploads, idempotency keys of deleted jobs, workers that died long ago. */
export function createPruner(context: { database: Database; storage: Storage; logger: Logger }) {
  const { database, storage, logger } = context;

  async function pruneUploads(): Promise<number> {
    const uploads = await database.query<{ storageKey: string | null }>(expireUploads, [batch]);
    for (const { storageKey } of uploads) if (storageKey !== null) await storage.remove(storageKey);
    if (uploads.length > 0) logger.info({ uploads: uploads.length }, 'expired unused uploads');
    return uploads.length;
  }

  return {
    name: 'pruner',
    everyMs: 60_000,
    async runOnce() {
      while ((await pruneUploads()) === batch);
      for (const forget of [forgetKeys, forgetDeliveries, forgetPaused]) {
        while ((await database.query(forget, [batch])).length === batch);
      }
      await giveUpOrphans(database);
      await database.query(`DELETE FROM workers WHERE heartbeat_at < now() - interval '1 hour'`, []);
    },
  } satisfies Actor;
}
