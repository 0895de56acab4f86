import { batchStateOf } from '../batches/batch.ts';
import { batchesToFold, foldBatches } from '../batches/fold.ts';
import type { JobsContext } from '../jobs/context.ts';
import type { Actor } from './actor.ts';

const batch = 100;

/** Counts what a process that died, or was cut off, had changed in batches and not folded itself. */
export function createBatchFolder({ jobs }: { jobs: JobsContext }): Actor {
  return {
    name: 'folder',
    everyMs: 1_000,
    async runOnce() {
      const ids = await batchesToFold(jobs.database, batch);
      if (ids.length === 0) return;
      const { changed } = await foldBatches(jobs.database, ids, 0);
      for (const each of changed) jobs.publishBatch(batchStateOf(each));
    },
  };
}
