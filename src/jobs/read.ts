import { type Job, jobColumns, progressOf } from '../job-row/job.ts';
import type { ProgressState } from '../progress/state.ts';
import type { JobsContext } from './context.ts';

/** Reads the current states of jobs, without those that no longer exist. */
export async function readStates(context: Pick<JobsContext, 'database'>, ids: string[]): Promise<ProgressState[]> {
  const jobs = await context.database.query<Job>(`SELECT ${jobColumns} FROM jobs j WHERE j.id = ANY($1::uuid[])`, [
    ids,
  ]);
  return jobs.map(progressOf);
}
