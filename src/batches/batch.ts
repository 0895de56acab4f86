import { columnsOf } from '../connections/columns.ts';
import { type Batch, Prisma } from '../connections/prisma/client.ts';
import type { BatchState } from '../progress/state.ts';

export type { Batch };

/** Select list of a row `b` of batches: `SELECT ${batchColumns} FROM batches b`. */
export const batchColumns = columnsOf('b', Prisma.BatchScalarFieldEnum);

/** Returns the state of a row that subscribers see. */
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
