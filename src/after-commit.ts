import { type Aggregator, createAggregator } from './batches/aggregator.ts';
import type { Counters } from './connections/counters.ts';
import type { Database } from './connections/database.ts';
import type { JobsContext } from './jobs/context.ts';
import type { Logger } from './ops/logger.ts';
import { countersOf } from './ops/metrics.ts';
import type { ProcessMetrics } from './ops/process-metrics.ts';
import type { Publisher } from './progress/publish.ts';
import type { BatchState, ProgressState } from './progress/state.ts';

/** A step after a committed change. It returns at once and never throws: the change itself has succeeded. */
type Step<State> = (state: State) => void;

/** The steps after a committed change of a job or batch, in the process that made the change. */
export interface AfterCommit
  extends Pick<JobsContext, 'jobChanged' | 'batchChanged' | 'aggregateBatch'>,
    AsyncDisposable {}

/** Lists all steps after a committed change, in order. A crash may skip any of them; maintenance repeats them. */
export function createAfterCommit(context: {
  database: Database;
  logger: Logger;
  counters: Counters;
  metrics: ProcessMetrics;
  publisher: Publisher;
  wakeDeliverer: () => void;
}): AfterCommit {
  const { counters, metrics, publisher, wakeDeliverer } = context;
  const batchChanged = inOrder<BatchState>([wakeForBatchWebhook(wakeDeliverer), publisher.publishBatch]);
  const aggregator = createAggregator({ ...context, batchChanged });
  const jobChanged = inOrder<ProgressState>([
    countTransition(counters, metrics),
    aggregateItsBatch(aggregator),
    wakeForJobWebhook(wakeDeliverer),
    publisher.publish,
  ]);
  return {
    jobChanged,
    batchChanged,
    aggregateBatch: aggregator.aggregate,
    [Symbol.asyncDispose]: () => aggregator[Symbol.asyncDispose](),
  };
}

function inOrder<State>(steps: Step<State>[]): Step<State> {
  return (state) => {
    for (const step of steps) step(state);
  };
}

/** Counts the transition for /metrics. */
function countTransition(counters: Counters, metrics: ProcessMetrics): Step<ProgressState> {
  return (state) => {
    metrics.transitioned(state);
    for (const name of countersOf(state)) counters.count(name);
  };
}

/** Schedules the aggregation of the batch's counts, except for a new job, which the batch's initial counts include. */
function aggregateItsBatch(aggregator: Aggregator): Step<ProgressState> {
  return ({ batchId, revision, seq }) => {
    const isNew = revision === 1 && seq === 0;
    if (batchId !== null && !isNew) aggregator.touch(batchId, seq === 0 ? 'transition' : 'progress');
  };
}

/** Wakes a worker to deliver the job's webhook. The trigger that inserts deliveries decides whether one exists. */
function wakeForJobWebhook(wakeDeliverer: () => void): Step<ProgressState> {
  return ({ owesWebhook, seq }) => {
    if (owesWebhook && seq === 0) wakeDeliverer();
  };
}

/** Wakes a worker to deliver the batch's webhook. */
function wakeForBatchWebhook(wakeDeliverer: () => void): Step<BatchState> {
  return ({ owesWebhook }) => {
    if (owesWebhook) wakeDeliverer();
  };
}
