import type { BatchState, ProgressState } from '../progress/state.ts';
import { batchStateOf } from './batch.ts';
import type { JobsContext } from './context.ts';
import { type Job, jobColumns, progressOf } from './job.ts';

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

/** Rows that could start right now, counted up to a limit. */
export async function countClaimable(context: Pick<JobsContext, 'database'>, limit: number): Promise<number> {
  const [row] = await context.database.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM (
       (SELECT 1 FROM jobs WHERE status = 'PENDING' AND due_at IS NULL LIMIT $1)
       UNION ALL
       (SELECT 1 FROM jobs WHERE due_at IS NOT NULL AND status IN ('PENDING', 'RETRYING') AND due_at <= now() LIMIT $1)) rows`,
    [limit],
  );
  return row?.n ?? 0;
}
