import type { JobsContext } from './context.ts';

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

/** "I live": one row a worker. */
export async function beat(context: Pick<JobsContext, 'database'>, worker: WorkerInfo): Promise<void> {
  await context.database.query(
    `WITH settings AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))
     INSERT INTO workers (id, host, pid, version, concurrency) SELECT $1, $2, $3, $4, $5 FROM settings
     ON CONFLICT (id) DO UPDATE SET heartbeat_at = now(), concurrency = EXCLUDED.concurrency`,
    [worker.id, worker.host, worker.pid, worker.version, worker.concurrency],
  );
}

/** Leaves the fleet: its slots no longer count. */
export async function leave(context: Pick<JobsContext, 'database'>, workerId: string): Promise<void> {
  await context.database.query('DELETE FROM workers WHERE id = $1', [workerId]);
}

export interface Fleet {
  workers: number;
  slots: number;
  running: number;
}

/** The workers that live and what they do. */
export async function readFleet(context: Pick<JobsContext, 'database'>): Promise<Fleet> {
  const [fleet] = await context.database.query<Fleet & Record<string, number>>(
    `SELECT count(*)::int AS workers, coalesce(sum(concurrency), 0)::int AS slots,
            (SELECT count(*)::int FROM jobs WHERE status = 'RUNNING') AS running
       FROM workers WHERE heartbeat_at > now() - $1 * interval '1 second'`,
    [workerSilenceSeconds],
  );
  return fleet ?? { workers: 0, slots: 0, running: 0 };
}
