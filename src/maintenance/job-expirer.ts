import { deleteExpiredJobs, type RetentionContext } from '../retention/delete-jobs.ts';
import type { Actor } from './actor.ts';

/** After this long, a shutdown gets its turn. */
const turnMs = 5_000;

/** Deletes expired jobs. An actor of its own, so that a million of them delay no other cleanup. */
export function createJobExpirer(context: RetentionContext) {
  return {
    name: 'job-expirer',
    everyMs: turnMs,
    async runOnce() {
      const until = performance.now() + turnMs;
      let total = 0;
      let deleted: number;
      do {
        deleted = await deleteExpiredJobs(context);
        total += deleted;
      } while (deleted > 0 && performance.now() < until);
      if (total > 0) context.logger.info({ jobs: total }, 'deleted expired jobs');
    },
  } satisfies Actor;
}
