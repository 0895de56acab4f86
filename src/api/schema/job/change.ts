import { deleteArchivedJob } from '../../../archive/delete-archived.ts';
import { RequestError } from '../../../errors.ts';
import { decodeId } from '../../../ids.ts';
import type { Job as JobRow } from '../../../job-row/job.ts';
import { passwordPurpose } from '../../../job-row/options.ts';
import { checkOptions, limitsOfRetry } from '../../../jobs/allowed-options.ts';
import { cancelJob } from '../../../jobs/cancel.ts';
import { deleteJob } from '../../../jobs/remove.ts';
import { retryJob } from '../../../jobs/retry.ts';
import { removeJobFiles } from '../../../results/job-files.ts';
import type { ApiContext } from '../../context.ts';
import { parseRetryOptions } from '../../inputs/inputs.ts';
import { builder } from '../builder.ts';
import { Job } from './job.ts';
import { JobOptionsInput } from './options.ts';

/** Describes the options of retryJob and retryBatch. */
export const retryOptionsText =
  'Options to change. Each option given here replaces that of the job; null keeps it (use `pages: "1-"` for all pages), within the limits of the key. A password has to be ' +
  'given again, because it was erased when the job ended.';

/** Returns the changes of a retry. Refuses options that the limits of the caller do not allow. */
export function retryChanges({ allowance }: ApiContext, options: unknown) {
  const { options: chosen, ...changes } = parseRetryOptions(options);
  checkOptions(allowance, chosen, ['options']);
  return {
    ...changes,
    options: { ...chosen, memoryBytes: allowance.memoryBytes },
    limits: limitsOfRetry(allowance),
  };
}

function jobUuid(id: string): string {
  const uuid = decodeId('job', id);
  if (uuid === null) throw new RequestError('NOT_FOUND', { message: 'There is no such job.' });
  return uuid;
}

const CancelJobPayload = builder.objectRef<{ job: JobRow }>('CancelJobPayload').implement({
  description: 'The result of cancelJob.',
  fields: (t) => ({ job: t.expose('job', { type: Job, description: 'The job, which is CANCELLED.' }) }),
});

const RetryJobPayload = builder.objectRef<{ job: JobRow }>('RetryJobPayload').implement({
  description: 'The result of retryJob.',
  fields: (t) => ({ job: t.expose('job', { type: Job, description: 'The job, which is PENDING again.' }) }),
});

const DeleteJobPayload = builder.objectRef<{ deletedId: string }>('DeleteJobPayload').implement({
  description: 'The result of deleteJob.',
  fields: (t) => ({ deletedId: t.exposeID('deletedId', { description: 'The id of the deleted job.' }) }),
});

/** Deletes a job, archived or not. Returns the keys of objects that no row references any more. */
async function deleteAnyJob({ jobs, tenantId }: ApiContext, uuid: string): Promise<(string | null)[]> {
  try {
    return [(await deleteJob(jobs, tenantId, uuid)).storageKey];
  } catch (error) {
    if (!(error instanceof RequestError) || error.code !== 'NOT_FOUND') throw error;
    const archived = await deleteArchivedJob(jobs.database, tenantId, uuid);
    if (archived === null) throw error;
    return [archived.archiveKey, archived.storageKey];
  }
}

builder.mutationFields((t) => ({
  cancelJob: t.field({
    type: CancelJobPayload,
    nullable: true,
    description:
      'Cancels a job. A running extraction stops within two seconds, and pages stored so far are kept. Does nothing if the job is already CANCELLED. ' +
      'A COMPLETED or FAILED job is JOB_FINAL.',
    args: { id: t.arg.id({ required: true, description: 'The id of the job.' }) },
    resolve: async (_, { id }, { jobs, tenantId }) => ({ job: await cancelJob(jobs, tenantId, jobUuid(id)) }),
  }),
  retryJob: t.field({
    type: RetryJobPayload,
    nullable: true,
    description:
      'Runs a FAILED or CANCELLED job again, with its full number of retries. Its attempts are kept, and so are its stored pages: only missing pages ' +
      'are read. Options that change pages, such as `engine`, cause all pages to be read again. A COMPLETED job is JOB_FINAL (use `createJob` with ' +
      '`source.job`), a job that has not ended is JOB_NOT_FINAL.',
    args: {
      id: t.arg.id({ required: true, description: 'The id of the job.' }),
      options: t.arg({ type: JobOptionsInput, description: retryOptionsText }),
    },
    async resolve(_, { id, options }, context) {
      const { jobs, tenantId, secrets, allowance } = context;
      const uuid = jobUuid(id);
      const { password, ...changes } = retryChanges(context, options);
      const sealed = password === null ? null : secrets.seal(passwordPurpose, password);
      return { job: await retryJob(jobs, tenantId, uuid, sealed, changes, allowance.quotas) };
    },
  }),
  deleteJob: t.field({
    type: DeleteJobPayload,
    nullable: true,
    description:
      'Deletes a final job with its pages and files, also an archived one, and its document if no other job uses it. A job that has not ended is JOB_NOT_FINAL. Its ' +
      'idempotency key cannot be reused for 24 hours.',
    args: { id: t.arg.id({ required: true, description: 'The id of the job.' }) },
    async resolve(_, { id }, context) {
      const uuid = jobUuid(id);
      await removeJobFiles(context, uuid, await deleteAnyJob(context, uuid));
      return { deletedId: id };
    },
  }),
}));
