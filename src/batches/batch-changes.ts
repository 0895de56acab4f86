import { type Job, progressOf } from '../job-row/job.ts';
import type { JobsContext } from '../jobs/context.ts';
import { cancelPart } from '../jobs/sql/cancel.ts';
import { retryPart } from '../jobs/sql/retry.ts';
import { type BatchChange, pendingChanges, removeDoneChange } from './sql/batch-changes.ts';

/** Jobs that one statement changes: few enough that nothing that waits for one of them notices. */
const partSize = 200;

/**
 * Makes a part of a change. Resolves to whether any jobs were changed and whether the change is done; if neither, the jobs that
 * are left are locked by others just now. Any number of processes may do this at once.
 */
export async function makePart(
  context: JobsContext,
  change: BatchChange,
): Promise<{ changed: boolean; done: boolean }> {
  const { batchId, kind, requestedAt, options, maxRetries, sealedPassword } = change;
  const jobs =
    kind === 'CANCEL'
      ? await context.database.query<Job>(cancelPart, [batchId, requestedAt, partSize])
      : await context.database.query<Job>(retryPart, [
          batchId,
          requestedAt,
          sealedPassword,
          JSON.stringify(options),
          maxRetries,
          partSize,
        ]);
  for (const job of jobs) context.jobChanged(progressOf(job));
  if (kind === 'RETRY' && jobs.length > 0) context.ring(jobs.length);
  if (jobs.length === partSize) return { changed: true, done: false };
  const removed = await context.database.query(removeDoneChange[kind], [batchId, requestedAt]);
  return { changed: jobs.length > 0, done: removed.length > 0 };
}

/** Changes that are not done yet. */
export function readPendingChanges({ database }: Pick<JobsContext, 'database'>, limit: number): Promise<BatchChange[]> {
  return database.query<BatchChange & Record<string, unknown>>(pendingChanges, [limit]);
}
