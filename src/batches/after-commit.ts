import type { Counters } from '../connections/counters.ts';
import type { Database } from '../connections/database.ts';
import type { JobsContext } from '../jobs/context.ts';
import type { Logger } from '../ops/logger.ts';
import { countersOf } from '../ops/metrics.ts';
import type { Publish, PublishBatch } from '../progress/publish.ts';
import { createFolder, type Folder } from './folder.ts';

/** What follows a committed change of a job or batch, besides telling whoever watches. */
export interface AfterCommit extends Pick<JobsContext, 'publish' | 'publishBatch' | 'fold'>, AsyncDisposable {}

/**
 * Every transition is published once, by the process that made it: there it is counted for the metrics, folded into the
 * counts of its batch, and rung for if somebody may be owed a webhook.
 */
export function createAfterCommit(context: {
  database: Database;
  logger: Logger;
  counters: Counters;
  /** To whoever watches. */
  publish: Publish;
  publishBatch: PublishBatch;
  ringDeliveries: () => void;
}): AfterCommit {
  const { counters, ringDeliveries } = context;
  const publishBatch: PublishBatch = (state) => {
    if (state.owesWebhook) ringDeliveries();
    context.publishBatch(state);
  };
  const folder: Folder = createFolder({ ...context, publish: publishBatch });
  return {
    publish(state) {
      for (const name of countersOf(state)) counters.count(name);
      const isNew = state.revision === 1 && state.seq === 0;
      if (state.batchId !== null && !isNew) folder.touch(state.batchId, state.seq === 0 ? 'transition' : 'progress');
      if (state.owesWebhook && state.seq === 0) ringDeliveries();
      context.publish(state);
    },
    publishBatch,
    fold: folder.fold,
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}
