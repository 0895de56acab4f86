import type { Database } from '../connections/database.ts';
import { type Fenced, leaseSeconds } from '../job-row/fence.ts';
import type { ProgressState } from '../progress/state.ts';
import { tick } from './sql/beat.ts';

/** A worker process, as the others see it. */
export interface WorkerInfo {
  id: string;
  host: string;
  pid: number;
  version: string;
  concurrency: number;
}

/** A worker that has not been heard of for this long is dead. */
export const workerSilenceSeconds = 10;

/** What a worker has done since it started. */
export interface WorkerCounts {
  completed: number;
  failed: number;
}

export interface Heard {
  /** By the database's clock. */
  at: Date;
  /** Ids of the jobs that are still held: the others were cancelled or given to somebody else, and their extraction must end. */
  held: Set<string>;
  /** Jobs that were given to this worker before `strayBefore` and that it does not hold: it never learned of them. */
  strays: Fenced[];
}

/**
 * A worker's heartbeat, one statement a tick: "I live", all its leases renewed by the database's clock, and the coarse
 * progress of each job. `strayBefore`: whatever it was given before that moment it holds, or will never hold.
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

/** Leaves the fleet: its slots no longer count. */
export async function leave(context: { database: Database }, workerId: string): Promise<void> {
  await context.database.query('DELETE FROM workers WHERE id = $1', [workerId]);
}

/** Ids of the workers that were heard of in the last minutes: no other can be at work. */
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

/** The workers that live and what they do. */
export async function readFleet(context: { database: Database }): Promise<Fleet> {
  const [fleet] = await context.database.query<Fleet & Record<string, number>>(
    `SELECT count(*)::int AS workers, coalesce(sum(concurrency), 0)::int AS slots,
            (SELECT count(*)::int FROM jobs WHERE status = 'RUNNING') AS running
       FROM workers WHERE heartbeat_at > now() - $1 * interval '1 second'`,
    [workerSilenceSeconds],
  );
  return fleet ?? { workers: 0, slots: 0, running: 0 };
}
