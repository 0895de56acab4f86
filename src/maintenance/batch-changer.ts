import { makePart, readPendingChanges } from '../batches/batch-changes.ts';
import { encodeId } from '../ids.ts';
import type { JobsContext } from '../jobs/context.ts';
import type { Logger } from '../ops/logger.ts';
import type { Actor } from './actor.ts';
import { takeTurns } from './turns.ts';

/** Changes processed in turn. */
const maxChanges = 100;
/** After this long, other changes get their turn, including new ones. */
const turnMs = 2_000;

/** Finishes cancellations and retries of batches that the process handling the request did not finish. */
export function createBatchChanger({ jobs, logger }: { jobs: JobsContext; logger: Logger }): Actor {
  return {
    name: 'batch-changer',
    everyMs: 1_000,
    async runOnce() {
      await takeTurns(
        await readPendingChanges(jobs, maxChanges),
        turnMs,
        async (change) => {
          const { changed, done } = await makePart(jobs, change);
          // Jobs locked by others are retried in the next run.
          return changed && !done ? change : null;
        },
        ({ batchId }, error) =>
          logger.warn({ err: error, batch: encodeId('batch', batchId) }, 'a batch could not be changed; trying again'),
      );
    },
  };
}
