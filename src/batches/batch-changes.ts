import { type Job, progressOf } from '../job-row/job.ts';
import type { JobsContext } from '../jobs/context.ts';
import { cancelPart } from '../jobs/sql/cancel.ts';
import { retryPart } from '../jobs/sql/retry.ts';
import { type BatchChange, pendingChanges, removeDoneChange } from './sql/batch-changes.ts';

/** Maximum jobs per statement, few enough to hold their locks only briefly. */
const partSize = 200;

/**
 * Makes a part of a change. Returns whether any jobs were changed and whether the change is done. If neither, all
 * remaining jobs are locked at this moment. Any number of processes may do this at once.
 */
export async function makePart(
  context: JobsContext,
  change: BatchChange,
): Promise<{ changed: boolean; done: boolean }> {
  const { batchId, kind, requestedAt, options, maxRetries, limits, sealedPassword } = change;
  const jobs =
    kind === 'CANCEL'
      ? await context.database.query<Job>(cancelPart, [batchId, requestedAt, partSize])
      : await context.database.query<Job>(retryPart, [
          batchId,
          requestedAt,
          sealedPassword,
          JSON.stringify(options),
          maxRetries,
          JSON.stringify(limits),
          partSize,
        ]);
  for (const job of jobs) context.jobChanged(progressOf(job));
  if (kind === 'RETRY' && jobs.length > 0) context.ring(jobs.length);
  if (jobs.length === partSize) return { changed: true, done: false };
  const removed = await context.database.query(removeDoneChange[kind], [batchId, requestedAt]);
  return { changed: jobs.length > 0, done: removed.length > 0 };
}

/** Returns changes that are not done yet. */
export function readPendingChanges({ database }: Pick<JobsContext, 'database'>, limit: number): Promise<BatchChange[]> {
  return database.query<BatchChange & Record<string, unknown>>(pendingChanges, [limit]);
}
