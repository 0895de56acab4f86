import { deleteEntries } from '../audit/sql/audit-log.ts';
import { pruneBatches } from '../batches/sql/prune-batches.ts';
import type { Retention } from '../config/retention.ts';
import type { Database } from '../connections/database.ts';
import { expireUploads } from '../documents/sql/expire-uploads.ts';
import type { Logger } from '../ops/logger.ts';
import type { Storage } from '../storage/storage.ts';
import { giveUpOrphans } from '../webhooks/change-endpoint.ts';
import type { Actor } from './actor.ts';
import { eraseCredentials, lockUnneeded } from './sql/credentials.ts';
import {
  deleteAlerts,
  deleteApiKeys,
  deleteDeliveries,
  deleteKeys,
  deleteOperations,
  deletePaused,
} from './sql/delete-expired.ts';

const batch = 100;

export interface PrunerContext {
  database: Database;
  storage: Storage;
  config: { retention: Retention };
  logger: Logger;
}

/**
 * Deletes expired rows, a bounded number in each statement: unused uploads with their bytes, batches without jobs,
 * idempotency keys of deleted jobs and batches, old webhook deliveries, entries of the audit log and API keys,
 * credentials of URLs that no job needs, and workers that died long ago.
 */
export function createPruner(context: PrunerContext) {
  const { database, storage, logger } = context;
  const { deliveriesDays, auditDays, keysDays } = context.config.retention;

  /** Runs a statement until it finds no more rows. */
  async function prune(statement: string, ...parameters: number[]): Promise<void> {
    while ((await database.query(statement, [batch, ...parameters])).length === batch);
  }

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
      for (const statement of [pruneBatches, deleteKeys, deleteAlerts, deleteOperations]) await prune(statement);
      await prune(deleteDeliveries, deliveriesDays);
      await prune(deletePaused, deliveriesDays);
      await prune(deleteEntries, auditDays);
      if (keysDays !== null) await prune(deleteApiKeys, keysDays);
      while ((await pruneCredentials()) === batch);
      await giveUpOrphans(database);
      await database.query(`DELETE FROM workers WHERE heartbeat_at < now() - interval '1 hour'`, []);
    },
  } satisfies Actor;
}
