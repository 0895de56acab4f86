import type { Database } from '../connections/database.ts';
import { isFinalStatus, jobStatuses } from '../job-row/job.ts';
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
  if (row === undefined) throw new Error('a statement that must return one row returned none');
  return row;
}

/** The number of jobs of a status. */
export interface StatusCount {
  status: string;
  n: number;
  /** Whether it is an estimate from a sample. */
  sampled: boolean;
}

/** Size of the sample from which large numbers of jobs are estimated, in rows. */
const sampleRows = 10_000;
/** Maximum unfinished jobs to count; more are estimated. */
const unfinishedAtMost = 10_000;

/**
 * Returns the number of jobs for each of the six statuses, at a bounded cost. Running jobs are counted, and so are
 * waiting ones up to `unfinishedAtMost`. Larger numbers, and those of final jobs, are estimated from a sample of the
 * table; it contains all rows as long as there are no more than `sampleRows`.
 */
export async function countByStatus(context: { database: Database }): Promise<Map<string, number>> {
  const [table] = await context.database.query<{ rows: number }>(
    `SELECT reltuples::float8 AS rows FROM pg_class WHERE oid = 'jobs'::regclass`,
    [],
  );
  const percent = Math.min(100, (100 * sampleRows) / Math.max(1, table?.rows ?? 1));
  const counted = await context.database.query<StatusCount & Record<string, unknown>>(jobsByStatus, [
    percent,
    unfinishedAtMost,
  ]);
  const sum = (status: string, isSampled: boolean) =>
    counted
      .filter((each) => each.status === status && each.sampled === isSampled)
      .reduce((total, { n }) => total + n, 0);
  return new Map(
    jobStatuses.map((status) => {
      const [exact, estimate] = [sum(status, false), sum(status, true)];
      const isExact = status === 'RUNNING' || (!isFinalStatus(status) && exact < unfinishedAtMost);
      return [status, isExact ? exact : Math.max(exact, estimate)];
    }),
  );
}
