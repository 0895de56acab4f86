import type { Database } from '../connections/database.ts';
import { jobStatuses } from '../job-row/job.ts';
import { canaryDeadSeconds, countedUpTo, type Vitals } from '../ops/vitals.ts';
import { jobsByStatus } from './sql/count-by-status.ts';
import { vitals } from './sql/vitals.ts';
import { workerSilenceSeconds } from './workers.ts';

/** How the whole is doing. */
export async function readVitals(context: { database: Database }): Promise<Vitals> {
  const [row] = await context.database.query<Vitals & Record<string, unknown>>(vitals, [
    workerSilenceSeconds,
    countedUpTo,
    canaryDeadSeconds,
  ]);
  if (row === undefined) throw new Error('the vitals have no row');
  return row;
}

/** Beyond this many rows finished jobs are estimated from a sample of as many. */
const sampled = 50_000;
/** More unfinished jobs than this are not counted. */
const unfinishedAtMost = 100_000;

/** Jobs by status, all six of them, at a bounded cost. */
export async function countByStatus(context: { database: Database }): Promise<Map<string, number>> {
  const [table] = await context.database.query<{ rows: number }>(
    `SELECT reltuples::float8 AS rows FROM pg_class WHERE oid = 'jobs'::regclass`,
    [],
  );
  const percent = Math.min(100, (100 * sampled) / Math.max(1, table?.rows ?? 1));
  const counted = await context.database.query<{ status: string; n: number }>(jobsByStatus, [
    percent,
    unfinishedAtMost,
  ]);
  const jobs = new Map<string, number>(jobStatuses.map((status) => [status, 0]));
  for (const { status, n } of counted) jobs.set(status, (jobs.get(status) ?? 0) + n);
  return jobs;
}
