import { RequestError } from '../../errors.ts';
import { decodeId } from '../../ids.ts';
import type { Batch as BatchRow } from '../../jobs/batch.ts';
import { cancelBatch, retryBatch } from '../../jobs/change-batch.ts';
import { Batch } from './batch.ts';
import { builder } from './builder.ts';

function batchUuid(id: string): string {
  const uuid = decodeId('batch', id);
  if (uuid === null) throw new RequestError('NOT_FOUND', { message: 'There is no such batch.' });
  return uuid;
}

const CancelBatchPayload = builder.objectRef<{ batch: BatchRow }>('CancelBatchPayload').implement({
  description: 'What cancelBatch gives back.',
  fields: (t) => ({ batch: t.expose('batch', { type: Batch, description: 'The batch: none of its jobs goes on.' }) }),
});

const RetryBatchPayload = builder.objectRef<{ batch: BatchRow }>('RetryBatchPayload').implement({
  description: 'What retryBatch gives back.',
  fields: (t) => ({ batch: t.expose('batch', { type: Batch, description: 'The batch, open again.' }) }),
});

builder.mutationFields((t) => ({
  cancelBatch: t.field({
    type: CancelBatchPayload,
    description:
      'Cancels all jobs of a batch that have not ended, as `cancelJob` does. Nothing happens to a batch that is CANCELLED already; one that has ended ' +
      'otherwise is the error BATCH_FINAL. Safe to repeat.',
    args: { id: t.arg.id({ required: true, description: 'The id of the batch.' }) },
    resolve: async (_, { id }, { jobs, tenantId }) => ({ batch: await cancelBatch(jobs, tenantId, batchUuid(id)) }),
  }),
  retryBatch: t.field({
    type: RetryBatchPayload,
    description:
      'Starts the FAILED jobs of a batch anew, as `retryJob` does, also while others of it still run. Nothing happens if none has failed.',
    args: { id: t.arg.id({ required: true, description: 'The id of the batch.' }) },
    resolve: async (_, { id }, { jobs, tenantId }) => ({ batch: await retryBatch(jobs, tenantId, batchUuid(id)) }),
  }),
}));
