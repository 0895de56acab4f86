import { RequestError } from '../../errors.ts';
import { decodeId } from '../../ids.ts';
import { cancelJob } from '../../jobs/cancel.ts';
import type { Job as JobRow } from '../../jobs/job.ts';
import { removeJobFiles } from '../../jobs/job-files.ts';
import { passwordPurpose } from '../../jobs/options.ts';
import { deleteJob } from '../../jobs/remove.ts';
import { retryJob } from '../../jobs/retry.ts';
import { parseRetryOptions } from '../inputs.ts';
import { builder } from './builder.ts';
import { JobOptionsInput } from './create-job.ts';
import { Job } from './job.ts';

/** Of retryJob and retryBatch. */
export const retryOptionsText =
  'What to do differently: each option given here replaces that of the job; null leaves it as it is (`pages: "1-"` means all pages). A ' +
  'password has to be given again: it was erased when the job ended.';

function jobUuid(id: string): string {
  const uuid = decodeId('job', id);
  if (uuid === null) throw new RequestError('NOT_FOUND', { message: 'There is no such job.' });
  return uuid;
}

const CancelJobPayload = builder.objectRef<{ job: JobRow }>('CancelJobPayload').implement({
  description: 'What cancelJob gives back.',
  fields: (t) => ({ job: t.expose('job', { type: Job, description: 'The job, CANCELLED.' }) }),
});

const RetryJobPayload = builder.objectRef<{ job: JobRow }>('RetryJobPayload').implement({
  description: 'What retryJob gives back.',
  fields: (t) => ({ job: t.expose('job', { type: Job, description: 'The job, PENDING again.' }) }),
});

const DeleteJobPayload = builder.objectRef<{ deletedId: string }>('DeleteJobPayload').implement({
  description: 'What deleteJob gives back.',
  fields: (t) => ({ deletedId: t.exposeID('deletedId', { description: 'The id of what is gone.' }) }),
});

builder.mutationFields((t) => ({
  cancelJob: t.field({
    type: CancelJobPayload,
    nullable: true,
    description:
      'Ends a job that has not ended. A running extraction is dead within two seconds; pages stored before stay. Nothing happens to a job that is ' +
      'CANCELLED already; one that is COMPLETED or FAILED is the error JOB_FINAL.',
    args: { id: t.arg.id({ required: true, description: 'The id of the job.' }) },
    resolve: async (_, { id }, { jobs, tenantId }) => ({ job: await cancelJob(jobs, tenantId, jobUuid(id)) }),
  }),
  retryJob: t.field({
    type: RetryJobPayload,
    nullable: true,
    description:
      'Runs a FAILED or CANCELLED job again, with all its retries before it. Its history stays, and so do its stored pages: only the others ' +
      'are made. Options that make other pages, such as `engine`, make all pages again. A COMPLETED job is the error JOB_FINAL (use ' +
      '`createJob` with `source.job`), a job that has not ended is JOB_NOT_FINAL.',
    args: {
      id: t.arg.id({ required: true, description: 'The id of the job.' }),
      options: t.arg({ type: JobOptionsInput, description: retryOptionsText }),
    },
    async resolve(_, { id, options }, { jobs, tenantId, secrets }) {
      const { password, ...changes } = parseRetryOptions(options);
      const sealed = password === null ? null : secrets.seal(passwordPurpose, password);
      return { job: await retryJob(jobs, tenantId, jobUuid(id), sealed, changes) };
    },
  }),
  deleteJob: t.field({
    type: DeleteJobPayload,
    nullable: true,
    description:
      'Deletes a job that has ended, with its pages and files, and its document if no other job uses it. One that has not ended is the error JOB_NOT_FINAL. ' +
      'Its idempotency key stays taken for 24 hours.',
    args: { id: t.arg.id({ required: true, description: 'The id of the job.' }) },
    async resolve(_, { id }, { jobs, tenantId, storage, logger }) {
      const uuid = jobUuid(id);
      const { storageKey } = await deleteJob(jobs, tenantId, uuid);
      try {
        if (storageKey !== null) await storage.remove(storageKey);
        await removeJobFiles(storage, uuid);
      } catch (error) {
        // The job is gone whatever happens to the bytes; they are nobody's now.
        logger.warn({ err: error, job: id }, 'bytes were left behind; the janitor removes them');
      }
      return { deletedId: id };
    },
  }),
}));
