import { type Job, progressOf } from '../job-row/job.ts';
import { noChanges } from '../job-row/options.ts';
import type { JobsContext } from './context.ts';
import { cancelMany } from './sql/cancel.ts';
import { prioritizeMany } from './sql/prioritize.ts';
import { retryMany } from './sql/retry.ts';

type Statuses = readonly Job['status'][];

/**
 * Cancels the jobs that have one of these statuses, without those that another transaction has locked. Returns the ids
 * of the cancelled jobs.
 */
export async function cancelJobs(context: JobsContext, ids: string[], statuses: Statuses): Promise<string[]> {
  const jobs = await context.database.query<Job>(cancelMany, [ids, [...statuses]]);
  for (const job of jobs) context.jobChanged(progressOf(job));
  return jobs.map(({ id }) => id);
}

/** Starts new runs of jobs, as `retryJob` does, without changes and quotas. Returns the ids of the changed ones. */
export async function retryJobs(context: JobsContext, ids: string[], statuses: Statuses): Promise<string[]> {
  const { options, maxRetries, limits } = noChanges;
  const values = [ids, [...statuses], null, JSON.stringify(options), maxRetries, JSON.stringify(limits)];
  const jobs = await context.database.query<Job>(retryMany, values);
  for (const job of jobs) context.jobChanged(progressOf(job));
  if (jobs.length > 0) context.ring(jobs.length);
  return jobs.map(({ id }) => id);
}

/** Gives waiting jobs another priority. Returns the ids of the changed ones. */
export async function prioritizeJobs(
  { database }: Pick<JobsContext, 'database'>,
  ids: string[],
  statuses: Statuses,
  priority: number,
): Promise<string[]> {
  const jobs = await database.query<{ id: string }>(prioritizeMany, [ids, [...statuses], priority]);
  return jobs.map(({ id }) => id);
}
