import type { BatchState, ProgressState } from '../progress/state.ts';
import { batchStateOf } from './batch.ts';
import type { JobsContext } from './context.ts';
import { type Job, jobColumns, progressOf } from './job.ts';
import { countClaimableRows } from './sql/claimable.ts';

/** The current states of these jobs; those that are gone are left out. */
export async function readStates(context: Pick<JobsContext, 'database'>, ids: string[]): Promise<ProgressState[]> {
  const jobs = await context.database.query<Job>(`SELECT ${jobColumns} FROM jobs j WHERE j.id = ANY($1::uuid[])`, [
    ids,
  ]);
  return jobs.map(progressOf);
}

/** The current counts of these batches; those that are gone are left out. */
export async function readBatchStates(context: Pick<JobsContext, 'database'>, ids: string[]): Promise<BatchState[]> {
  const batches = await context.database.prisma.batch.findMany({ where: { id: { in: ids } } });
  return batches.map(batchStateOf);
}

/** Jobs that a claim could take right now, counted up to a limit. Those that `max_running` of their tenant holds back do not count. */
export async function countClaimable(context: Pick<JobsContext, 'database'>, limit: number): Promise<number> {
  const [row] = await context.database.query<{ n: number }>(countClaimableRows, [limit]);
  return row?.n ?? 0;
}
