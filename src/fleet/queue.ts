import type { Database } from '../connections/database.ts';
import { uuidAt } from '../ids.ts';
import { queueState } from './sql/queue-state.ts';
import { readVitals } from './vitals.ts';
import { workerSilenceSeconds } from './workers.ts';

/** Maximum number of jobs to count for each figure. */
export const maxCountedJobs = 100_000;
/** Maximum number of paused tenants to list. */
export const maxPausedTenants = 100;

/** The queue of the whole installation at one moment. */
export interface QueueState {
  /** When an operator paused the whole queue; null while it runs. */
  pausedAt: Date | null;
  /** UUIDs of the tenants whose own queue is paused, up to `maxPausedTenants`. */
  pausedTenants: string[];
  /** Jobs that are PENDING or RETRYING. */
  depth: number;
  /** Those of them that wait for a time: `runAt`, or the delay of a retry. */
  scheduled: number;
  running: number;
  workers: number;
  /** Slots of workers that take jobs. */
  slots: number;
  /** How long the first job that could start has been waiting; null if none could. */
  oldestWaitingSeconds: number | null;
  /** In the last minute. */
  submittedPerMinute: number;
  completedPerMinute: number;
  failedPerMinute: number;
}

type QueueRow = Omit<QueueState, 'oldestWaitingSeconds'>;

/** Reads the state of the queue. */
export async function readQueue(context: { database: Database }): Promise<QueueState> {
  const values = [maxCountedJobs, uuidAt(Date.now() - 60_000), workerSilenceSeconds, maxPausedTenants];
  const [row] = await context.database.query<QueueRow & Record<string, unknown>>(queueState, values);
  if (row === undefined) throw new Error('a statement that must return one row returned none');
  const { firstWaitingSeconds } = await readVitals(context);
  return { ...row, oldestWaitingSeconds: firstWaitingSeconds };
}

/**
 * Pauses or resumes the queue of all tenants, or of one. Running jobs continue. Repeating it changes nothing. Returns
 * false if there is no such tenant.
 */
export async function setPaused(database: Database, tenantId: string | null, paused: boolean): Promise<boolean> {
  const change = 'SET queue_paused_at = CASE WHEN $1::bool THEN coalesce(queue_paused_at, now()) END';
  const changed =
    tenantId === null
      ? await database.query(`UPDATE installation ${change} RETURNING id`, [paused])
      : await database.query(`UPDATE tenants ${change} WHERE id = $2 RETURNING id`, [paused, tenantId]);
  return changed.length > 0;
}
