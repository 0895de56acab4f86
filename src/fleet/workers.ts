import type { Database } from '../connections/database.ts';
import { type Fenced, leaseSeconds } from '../job-row/fence.ts';
import type { SandboxLevel } from '../pdf/model/sandbox.ts';
import type { ProgressState } from '../progress/state.ts';
import { tick } from './sql/beat.ts';
import { drain, slotsOf, workerStates } from './sql/worker-state.ts';

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

/** What a worker reports of itself. */
export interface WorkerReport {
  /** Jobs that it has ended since it started. */
  completed: number;
  failed: number;
  /** What separates its extractors from the rest of its machine; null until the first one is ready. */
  sandbox: SandboxLevel | null;
  /** Resident memory of the worker and its extractors; null if it is unknown. */
  memoryBytes: number | null;
  /** Pages that it read in the last minute. */
  pagesPerMinute: number;
}

export interface Heard {
  /** By the database's clock. */
  at: Date;
  /**
   * Ids of the jobs that are still held. Extraction of all others must stop: they were cancelled or given to another
   * worker.
   */
  held: Set<string>;
  /** Jobs claimed for this worker before `strayBefore` that it does not hold, because it never received the claim. */
  strays: Fenced[];
  /** Whether an operator wants the worker to take no more jobs. */
  isDraining: boolean;
}

/**
 * Sends a worker's heartbeat in one statement: renews all its leases by the database's clock and records the coarse
 * progress of each job. Claims made before `strayBefore` have arrived by now or were lost.
 */
export async function beat(
  context: { database: Database },
  worker: WorkerInfo,
  report: WorkerReport,
  held: ProgressState[],
  strayBefore: Date | null = null,
): Promise<Heard> {
  const [row] = await context.database.query<Omit<Heard, 'held'> & { held: string[] }>(tick, [
    worker.id,
    worker.host,
    worker.pid,
    worker.version,
    worker.concurrency,
    report.completed,
    report.failed,
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
    report.sandbox,
    report.memoryBytes === null ? null : Math.round(report.memoryBytes),
    report.pagesPerMinute,
  ]);
  if (row === undefined) throw new Error('a statement that must return one row returned none');
  return { ...row, held: new Set(row.held) };
}

/** A job that a worker runs, as operators see it: without anything that its client gave. */
export interface HeldJob {
  id: string;
  tenantId: string;
  stage: ProgressState['stage'];
  percent: number;
  pagesDone: number;
  pagesTotal: number | null;
  /** ISO 8601. */
  startedAt: string;
}

/** A worker as operators see it. */
export interface WorkerState extends Omit<WorkerInfo, 'pid'> {
  /** Whether it has sent a heartbeat recently, by the database's clock. */
  isAlive: boolean;
  running: number;
  sandbox: SandboxLevel | null;
  startedAt: Date;
  heartbeatAt: Date;
  /** Since when it takes no more jobs; null while it takes some. */
  drainingSince: Date | null;
  memoryBytes: bigint | null;
  pagesPerMinute: number;
  completed: number;
  failed: number;
  jobs: HeldJob[];
}

/** Maximum number of workers in a list. */
export const maxWorkers = 500;
/** Maximum number of jobs to list for each worker. */
const maxHeldJobs = 100;

/** Returns the workers, longest running ones first. Those that were silent for an hour are missing. */
export async function listWorkers(context: { database: Database }): Promise<WorkerState[]> {
  const values = [null, workerSilenceSeconds, maxWorkers, maxHeldJobs];
  return await context.database.query<WorkerState & Record<string, unknown>>(workerStates, values);
}

/** Returns a worker by its UUID; null if it has left, or has been silent for an hour. */
export async function findWorker(context: { database: Database }, id: string): Promise<WorkerState | null> {
  const values = [id, workerSilenceSeconds, 1, maxHeldJobs];
  const [worker = null] = await context.database.query<WorkerState & Record<string, unknown>>(workerStates, values);
  return worker;
}

/**
 * Lets a worker take no more jobs, or take jobs again; it learns of it with its next heartbeat. Returns null if it does
 * not exist or sends no heartbeats.
 */
export async function setDraining(
  context: { database: Database },
  id: string,
  draining: boolean,
): Promise<WorkerState | null> {
  const [found] = await context.database.query<{ id: string }>(drain, [id, draining, workerSilenceSeconds]);
  return found === undefined ? null : await findWorker(context, id);
}

/** Counts the living workers whose extractors could reach the worker's secrets, network and documents. */
export async function countExposedWorkers(context: { database: Database }): Promise<number> {
  const [row] = await context.database.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM workers
      WHERE sandbox = 'PROCESS' AND heartbeat_at > now() - $1 * interval '1 second'`,
    [workerSilenceSeconds],
  );
  return row?.n ?? 0;
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
  /** Of a draining worker, only those of the jobs that it still runs. */
  slots: number;
  running: number;
}

/** Counts the living workers, their slots and the running jobs. */
export async function readFleet(context: { database: Database }): Promise<Fleet> {
  const [fleet] = await context.database.query<Fleet & Record<string, number>>(
    `SELECT count(*)::int AS workers, coalesce(sum(${slotsOf('w')}), 0)::int AS slots,
            (SELECT count(*)::int FROM jobs WHERE status = 'RUNNING') AS running
       FROM workers w WHERE heartbeat_at > now() - $1 * interval '1 second'`,
    [workerSilenceSeconds],
  );
  return fleet ?? { workers: 0, slots: 0, running: 0 };
}
