import type { Database } from '../connections/database.ts';
import { type Fenced, leaseSeconds } from '../job-row/fence.ts';
import type { ProgressState } from '../progress/state.ts';
import { tick } from './sql/beat.ts';
import { workerState } from './sql/worker-state.ts';

/** A worker process, as other processes see it. */
export interface WorkerInfo {
  id: string;
  host: string;
  pid: number;
  version: string;
  concurrency: number;
}

/** Time without a heartbeat after which a worker counts as dead, in seconds. */
export const workerSilenceSeconds = 10;

/** Jobs that a worker has ended since it started. */
export interface WorkerCounts {
  completed: number;
  failed: number;
}

export interface Heard {
  /** By the database's clock. */
  at: Date;
  /**
   * Ids of the jobs that are still held. The extractions of all others must end: they were cancelled or given to
   * another worker.
   */
  held: Set<string>;
  /** Jobs claimed for this worker before `strayBefore` that it does not hold, because it never received the claim. */
  strays: Fenced[];
}

/**
 * Sends a worker's heartbeat in one statement: renews all its leases by the database's clock and records the coarse
 * progress of each job. Claims made before `strayBefore` have arrived by now, or never will.
 */
export async function beat(
  context: { database: Database },
  worker: WorkerInfo,
  counts: WorkerCounts,
  held: ProgressState[],
  strayBefore: Date | null = null,
): Promise<Heard> {
  const [row] = await context.database.query<{ at: Date; held: string[]; strays: Fenced[] }>(tick, [
    worker.id,
    worker.host,
    worker.pid,
    worker.version,
    worker.concurrency,
    counts.completed,
    counts.failed,
    leaseSeconds,
    held.map((state) => state.jobId),
    held.map((state) => state.revision),
    held.map((state) => state.seq),
    held.map((state) => state.stage),
    held.map((state) => state.percent),
    held.map((state) => state.pagesDone),
    held.map((state) => state.pagesTotal),
    held.map((state) => state.bytesDone),
    held.map((state) => state.bytesTotal),
    held.map((state) => state.estimate?.at ?? null),
    held.map((state) => state.estimate?.earliest ?? null),
    held.map((state) => state.estimate?.latest ?? null),
    strayBefore,
  ]);
  if (row === undefined) throw new Error('a statement that always has one row had none');
  return { ...row, held: new Set(row.held) };
}

/** A worker as operators see it. */
export interface WorkerState extends Omit<WorkerInfo, 'pid'> {
  /** Whether it has sent a heartbeat recently, by the database's clock. */
  isAlive: boolean;
  running: number;
  startedAt: Date;
  heartbeatAt: Date;
}

/** Returns a worker by its UUID; null if it has left, or has been silent for an hour. */
export async function findWorker(context: { database: Database }, id: string): Promise<WorkerState | null> {
  const [worker = null] = await context.database.query<WorkerState>(workerState, [id, workerSilenceSeconds]);
  return worker;
}

/** Removes a worker, so that its slots no longer count. */
export async function leave(context: { database: Database }, workerId: string): Promise<void> {
  await context.database.query('DELETE FROM workers WHERE id = $1', [workerId]);
}

/** Returns the ids of the workers with a heartbeat in the last ten minutes. No other worker can be running. */
export async function knownWorkers(context: { database: Database }): Promise<Set<string>> {
  const statement = `SELECT id FROM workers WHERE heartbeat_at > now() - interval '10 minutes'`;
  const rows = await context.database.query<{ id: string }>(statement, []);
  return new Set(rows.map(({ id }) => id));
}

export interface Fleet {
  workers: number;
  slots: number;
  running: number;
}

/** Counts the living workers, their slots and the running jobs. */
export async function readFleet(context: { database: Database }): Promise<Fleet> {
  const [fleet] = await context.database.query<Fleet & Record<string, number>>(
    `SELECT count(*)::int AS workers, coalesce(sum(concurrency), 0)::int AS slots,
            (SELECT count(*)::int FROM jobs WHERE status = 'RUNNING') AS running
       FROM workers WHERE heartbeat_at > now() - $1 * interval '1 second'`,
    [workerSilenceSeconds],
  );
  return fleet ?? { workers: 0, slots: 0, running: 0 };
}
