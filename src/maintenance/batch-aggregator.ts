import { aggregateBatches, batchesToAggregate } from '../batches/aggregate.ts';
import { batchStateOf } from '../batches/batch.ts';
import type { JobsContext } from '../jobs/context.ts';
import type { Actor } from './actor.ts';

const batch = 100;

/** Aggregates the batches of processes that died or lost their database after a change. */
export function createBatchAggregator({ jobs }: { jobs: JobsContext }): Actor {
  return {
    // The name of its lease: processes of an older version use it, too.
    name: 'folder',
    everyMs: 1_000,
    async runOnce() {
      const ids = await batchesToAggregate(jobs.database, batch);
      if (ids.length === 0) return;
      const { changed } = await aggregateBatches(jobs.database, ids, 0);
      for (const each of changed) jobs.batchChanged(batchStateOf(each));
    },
  };
}
