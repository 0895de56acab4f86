import { RequestError } from '../../errors.ts';
import { decodeId } from '../../ids.ts';
import { cancelJob } from '../../jobs/cancel.ts';
import type { Job as JobRow } from '../../jobs/job.ts';
import { deleteJob } from '../../jobs/remove.ts';
import { builder } from './builder.ts';
import { Job } from './job.ts';

function jobUuid(id: string): string {
  const uuid = decodeId('job', id);
  if (uuid === null) throw new RequestError('NOT_FOUND', { message: 'There is no such job.' });
  return uuid;
}

const CancelJobPayload = builder.objectRef<{ job: JobRow }>('CancelJobPayload').implement({
  description: 'What cancelJob gives back.',
  fields: (t) => ({ job: t.expose('job', { type: Job, description: 'The job, CANCELLED.' }) }),
});

const DeleteJobPayload = builder.objectRef<{ deletedId: string }>('DeleteJobPayload').implement({
  description: 'What deleteJob gives back.',
  fields: (t) => ({ deletedId: t.exposeID('deletedId', { description: 'The id of what is gone.' }) }),
});

builder.mutationFields((t) => ({
  cancelJob: t.field({
    type: CancelJobPayload,
    description:
      'Ends a job that has not ended. A running extraction is dead within two seconds; pages stored before stay. Nothing happens to a job that is ' +
      'CANCELLED already; one that is COMPLETED or FAILED is the error JOB_FINAL.',
    args: { id: t.arg.id({ required: true }) },
    resolve: async (_, { id }, { jobs, tenantId }) => ({ job: await cancelJob(jobs, tenantId, jobUuid(id)) }),
  }),
  deleteJob: t.field({
    type: DeleteJobPayload,
    description:
      'Deletes a job that has ended, with its pages, and its document if no other job uses it. One that has not ended is the error JOB_NOT_FINAL. ' +
      'Its idempotency key stays taken for 24 hours.',
    args: { id: t.arg.id({ required: true }) },
    async resolve(_, { id }, { jobs, tenantId, storage, logger }) {
      const { storageKey } = await deleteJob(jobs, tenantId, jobUuid(id));
      // The job is gone whatever happens to the bytes; they are nobody's now.
      if (storageKey !== null) {
        await storage
          .remove(storageKey)
          .catch((error) => logger.warn({ err: error, storageKey }, 'bytes were left behind'));
      }
      return { deletedId: id };
    },
  }),
}));
