import type { Database } from '../connections/database.ts';
import { jobStatuses } from '../job-row/job.ts';
import { canaryDeadSeconds, countedUpTo, type Vitals } from '../ops/vitals.ts';
import { jobsByStatus } from './sql/count-by-status.ts';
import { vitals } from './sql/vitals.ts';
import { workerSilenceSeconds } from './workers.ts';

/** Reads the figures of the health check. */
export async function readVitals(context: { database: Database }): Promise<Vitals> {
  const [row] = await context.database.query<Vitals & Record<string, unknown>>(vitals, [
    workerSilenceSeconds,
    countedUpTo,
    canaryDeadSeconds,
  ]);
  if (row === undefined) throw new Error('the vitals have no row');
  return row;
}

/** Size of the sample from which the numbers of final jobs are estimated, in rows. */
const sampled = 50_000;
/** Maximum unfinished jobs to count. */
const unfinishedAtMost = 100_000;

/** Returns the number of jobs for each of the six statuses, at a limited cost. */
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
