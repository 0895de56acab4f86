import { makePart, readPendingChanges } from '../batches/batch-changes.ts';
import { encodeId } from '../ids.ts';
import type { JobsContext } from '../jobs/context.ts';
import type { Logger } from '../ops/logger.ts';
import type { Actor } from './actor.ts';

/** Changes that are worked on in turn. */
const mostChanges = 100;
/** After this long the others get their turn, and changes that were requested meanwhile are seen. */
const turnMs = 2_000;

/** Finishes cancellations and retries of batches that the process which answered the request did not finish. */
export function createBatchChanger({ jobs, logger }: { jobs: JobsContext; logger: Logger }): Actor {
  return {
    name: 'batch-changer',
    everyMs: 1_000,
    async runOnce() {
      const until = performance.now() + turnMs;
      let pending = await readPendingChanges(jobs, mostChanges);
      while (pending.length > 0 && performance.now() < until) {
        const unfinished = [];
        for (const change of pending) {
          try {
            const { changed, done } = await makePart(jobs, change);
            // Jobs that others have locked are tried again the next time.
            if (changed && !done) unfinished.push(change);
          } catch (error) {
            // It must not hold up the changes of other batches.
            logger.warn(
              { err: error, batch: encodeId('batch', change.batchId) },
              'a batch could not be changed; trying again',
            );
          }
        }
        pending = unfinished;
      }
    },
  };
}
