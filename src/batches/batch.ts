import type { Batch } from '../connections/prisma/client.ts';
import type { BatchState } from '../progress/state.ts';

export type { Batch };

/** A row as Prisma would give it, for statements that bypass Prisma: `SELECT ${batchColumns} FROM batches b`. */
export const batchColumns = (
  [
    'id',
    'tenant_id',
    'revision',
    'status',
    'name',
    'total',
    'pending',
    'running',
    'completed',
    'failed',
    'cancelled',
    'percent',
    'created_at',
    'finished_at',
    'cancelled_at',
    'folded_at',
    'webhook_id',
    'expires_at',
  ] as const
)
  .map((column) => `b.${column} AS "${column.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())}"`)
  .join(', ');

/** What subscribers see of a row. */
export function batchStateOf(batch: Batch): BatchState {
  const { id, tenantId, revision, name, status, total, pending, running, completed, failed, cancelled, percent } =
    batch;
  return {
    batchId: id,
    tenantId,
    owesWebhook: batch.webhookId !== null,
    revision,
    seq: 0,
    name,
    status,
    total,
    pending,
    running,
    completed,
    failed,
    cancelled,
    percent,
    at: batch.foldedAt.toISOString(),
  };
}
