import type { Batch as BatchRow } from '../../../batches/batch.ts';
import { cancelBatch, retryBatch } from '../../../batches/change.ts';
import { RequestError } from '../../../errors.ts';
import { decodeId } from '../../../ids.ts';
import { passwordPurpose } from '../../../job-row/options.ts';
import { builder } from '../builder.ts';
import { retryChanges, retryOptionsText } from '../job/change.ts';
import { JobOptionsInput } from '../job/options.ts';
import { Batch } from './batch.ts';

function batchUuid(id: string): string {
  const uuid = decodeId('batch', id);
  if (uuid === null) throw new RequestError('NOT_FOUND', { message: 'There is no such batch.' });
  return uuid;
}

const CancelBatchPayload = builder.objectRef<{ batch: BatchRow }>('CancelBatchPayload').implement({
  description: 'The result of cancelBatch.',
  fields: (t) => ({
    batch: t.expose('batch', {
      type: Batch,
      description: 'The batch as it is now. A large batch is CANCELLED some seconds later: watch `batchProgress`.',
    }),
  }),
});

const RetryBatchPayload = builder.objectRef<{ batch: BatchRow }>('RetryBatchPayload').implement({
  description: 'The result of retryBatch.',
  fields: (t) => ({
    batch: t.expose('batch', {
      type: Batch,
      description: 'The batch as it is now. If many jobs failed, the last of them are PENDING some seconds later.',
    }),
  }),
});

builder.mutationFields((t) => ({
  cancelBatch: t.field({
    type: CancelBatchPayload,
    nullable: true,
    description:
      'Cancels all jobs of a batch that have not ended, like `cancelJob`. Returns at once: the jobs of a large batch are cancelled in the background, ' +
      'even if a process is killed. Does nothing if the batch is already CANCELLED. A batch with another final status is BATCH_FINAL. Safe to repeat.',
    args: { id: t.arg.id({ required: true, description: 'The id of the batch.' }) },
    resolve: async (_, { id }, { jobs, tenantId }) => ({ batch: await cancelBatch(jobs, tenantId, batchUuid(id)) }),
  }),
  retryBatch: t.field({
    type: RetryBatchPayload,
    nullable: true,
    description:
      'Runs the FAILED jobs of a batch again, like `retryJob`, even while other jobs still run. Returns at once: many jobs are retried in the ' +
      'background, even if a process is killed. Does nothing if no job has failed.',
    args: {
      id: t.arg.id({ required: true, description: 'The id of the batch.' }),
      options: t.arg({ type: JobOptionsInput, description: retryOptionsText }),
    },
    async resolve(_, { id, options }, context) {
      const { jobs, tenantId, secrets, allowance } = context;
      const uuid = batchUuid(id);
      const { password, ...changes } = retryChanges(context, options);
      const sealed = password === null ? null : secrets.seal(passwordPurpose, password);
      return { batch: await retryBatch(jobs, tenantId, uuid, sealed, changes, allowance.quotas) };
    },
  }),
}));
