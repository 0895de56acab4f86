import { deleteEntries } from '../audit/sql/audit-log.ts';
import { pruneBatches } from '../batches/sql/prune-batches.ts';
import type { Config } from '../config/config.ts';
import type { Database } from '../connections/database.ts';
import { expireUploads } from '../documents/sql/expire-uploads.ts';
import type { Logger } from '../ops/logger.ts';
import type { Storage } from '../storage/storage.ts';
import { giveUpOrphans } from '../webhooks/change-endpoint.ts';
import type { Actor } from './actor.ts';
import { eraseCredentials, lockUnneeded } from './sql/credentials.ts';
import { deleteAlerts, deleteDeliveries, deleteKeys, deleteOperations, deletePaused } from './sql/delete-expired.ts';

const batch = 100;

/**
 * Deletes expired rows, a bounded number in each statement: unused uploads with their bytes, batches without jobs,
 * idempotency keys of deleted jobs and batches, old webhook deliveries, credentials of URLs that no job needs, and
 * workers that died long ago.
 */
export interface PrunerContext {
  database: Database;
  storage: Storage;
  config: Pick<Config, 'auditDays'>;
  logger: Logger;
}

export function createPruner(context: PrunerContext) {
  const { database, storage, config, logger } = context;

  async function pruneUploads(): Promise<number> {
    const uploads = await database.query<{ storageKey: string | null }>(expireUploads, [batch]);
    for (const { storageKey } of uploads) if (storageKey !== null) await storage.remove(storageKey);
    if (uploads.length > 0) logger.info({ uploads: uploads.length }, 'visited expired uploads');
    return uploads.length;
  }

  function pruneCredentials(): Promise<number> {
    return database.transaction(async (query) => {
      const sources = await query<{ id: string }>(lockUnneeded, [batch]);
      if (sources.length > 0) await query(eraseCredentials, [sources.map(({ id }) => id)]);
      return sources.length;
    });
  }

  return {
    name: 'pruner',
    everyMs: 60_000,
    async runOnce() {
      while ((await pruneUploads()) === batch);
      for (const statement of [
        pruneBatches,
        deleteKeys,
        deleteDeliveries,
        deletePaused,
        deleteAlerts,
        deleteOperations,
      ]) {
        while ((await database.query(statement, [batch])).length === batch);
      }
      while ((await pruneCredentials()) === batch);
      while ((await database.query(deleteEntries, [batch, config.auditDays])).length === batch);
      await giveUpOrphans(database);
      await database.query(`DELETE FROM workers WHERE heartbeat_at < now() - interval '1 hour'`, []);
    },
  } satisfies Actor;
}
