import type { Database } from '../connections/database.ts';

/** A final job that is due. */
export interface DueJob {
  id: string;
  tenantId: string;
  /** The end that it had. A job that was retried since is not due. */
  endedBy: Date;
}

/** Jobs per part, few enough to stop soon. */
const partSize = 200;
/** Jobs of one tenant per part, so that one with many due jobs does not delay the others. */
const ofEachTenant = 20;
/** Jobs at the same time: each waits for the database and the storage more than it computes. */
const atOnce = 4;

/**
 * Works on a part of the jobs that a statement of `sql/old-jobs.ts` finds. `work` returns false for a job that is not due
 * any more. Returns the number of the others. At 0, nothing further can be done now.
 */
export async function workInTurn(
  database: Database,
  statement: string,
  days: number | null,
  work: (job: DueJob) => Promise<boolean>,
): Promise<number> {
  const due = await database.query<DueJob & Record<string, unknown>>(statement, [partSize, ofEachTenant, days]);
  const queue = due.values();
  let done = 0;
  let isFailed = false;
  async function takeTurns(): Promise<void> {
    for (const job of queue) {
      if (isFailed) return;
      try {
        if (await work(job)) done += 1;
      } catch (error) {
        isFailed = true;
        throw error;
      }
    }
  }
  // All of them, so that nothing goes on when this ends.
  const outcomes = await Promise.allSettled(Array.from({ length: atOnce }, takeTurns));
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  return done;
}
