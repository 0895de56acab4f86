import type { Database } from '../connections/database.ts';
import { type Fenced, leaseSeconds } from '../job-row/fence.ts';
import type { ProgressState } from '../progress/state.ts';

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

const tick = `
WITH settings AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true)),
worker AS (
    INSERT INTO workers (id, host, pid, version, concurrency, running, completed, failed)
    SELECT $1, $2, $3, $4, $5, cardinality($9::uuid[]), $6, $7 FROM settings
    ON CONFLICT (id) DO UPDATE
       SET heartbeat_at = now(), running = EXCLUDED.running, completed = EXCLUDED.completed, failed = EXCLUDED.failed
), renewed AS (
    UPDATE jobs j
       SET heartbeat_at = now(), lease_expires_at = now() + $8 * interval '1 second',
           stage = held.stage::"JobStage", percent = GREATEST(j.percent, held.percent), pages_done = held.pages_done,
           pages_total = held.pages_total, bytes_done = held.bytes_done, bytes_total = held.bytes_total,
           progress_seq = GREATEST(j.progress_seq, held.seq), eta = held.eta, eta_earliest = held.earliest, eta_latest = held.latest
      FROM unnest($9::uuid[], $10::int[], $11::int[], $12::text[], $13::int[], $14::int[], $15::int[], $16::bigint[], $17::bigint[],
                  $18::timestamptz[], $19::timestamptz[], $20::timestamptz[])
             AS held(id, revision, seq, stage, percent, pages_done, pages_total, bytes_done, bytes_total, eta, earliest, latest)
     WHERE j.id = held.id AND j.revision = held.revision AND j.worker_id = $1 AND j.status = 'RUNNING'
    RETURNING j.id
)
SELECT now() AS at, ARRAY(SELECT id FROM renewed) AS held,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('id', j.id, 'revision', j.revision, 'workerId', j.worker_id)), '[]')
          FROM jobs j
         WHERE j.status = 'RUNNING' AND j.worker_id = $1 AND j.started_at < $21 AND j.id <> ALL($9)) AS strays`;

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
