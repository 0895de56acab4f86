import type { Database } from '../connections/database.ts';
import type { Logger } from '../ops/logger.ts';
import type { BatchState } from '../progress/state.ts';
import { type Aggregation, aggregateBatch, aggregateBatches } from './aggregate.ts';
import { batchStateOf } from './batch.ts';

/** Keeps the counts of batches up to date. */
export interface Aggregator extends AsyncDisposable {
  /** Schedules the aggregation of a batch after a change of one of its jobs. */
  touch(batchId: string, what: 'transition' | 'progress'): void;
  /** Aggregates the committed changes of a batch at once. */
  aggregate(batchId: string): Promise<void>;
}

/** Minimum time between two aggregations of a batch by all processes together, in milliseconds. */
const restMs = 100;
/** Delay of the aggregation after progress, in milliseconds. Workers write percentages once a second. */
const progressMs = 1_000;

/**
 * Creates the aggregator of a process. Each process aggregates the batches whose jobs it changes, with a short delay,
 * so that a thousand transitions cost ten aggregations. Maintenance aggregates the batches of processes that died.
 */
export function createAggregator(context: {
  database: Database;
  batchChanged: (state: BatchState) => void;
  logger: Logger;
}): Aggregator {
  const { database, batchChanged, logger } = context;
  /** Time of the next aggregation by batch. */
  const touched = new Map<string, number>();
  let timer: NodeJS.Timeout | null = null;
  let aggregating: Promise<void> = Promise.resolve();
  let closed = false;

  function report({ changed }: Aggregation): void {
    for (const batch of changed) batchChanged(batchStateOf(batch));
  }

  function touch(batchId: string, inMs: number): void {
    if (closed) return;
    const at = performance.now() + inMs;
    if (at < (touched.get(batchId) ?? Number.POSITIVE_INFINITY)) touched.set(batchId, at);
    plan();
  }

  function plan(): void {
    if (touched.size === 0) return;
    const wait = Math.max(0, Math.min(...touched.values()) - performance.now());
    clearTimeout(timer ?? undefined);
    timer = setTimeout(() => {
      aggregating = aggregating.then(aggregateDue);
    }, wait);
  }

  async function aggregateDue(): Promise<void> {
    const now = performance.now();
    const due = [...touched].filter(([, at]) => at <= now).map(([id]) => id);
    for (const id of due) touched.delete(id);
    if (due.length > 0) {
      try {
        const aggregation = await aggregateBatches(database, due, restMs);
        report(aggregation);
        for (const id of aggregation.behind) touch(id, restMs);
      } catch (error) {
        logger.warn({ err: error }, 'batches could not be counted; trying again');
        for (const id of due) touch(id, progressMs);
      }
    }
    plan();
  }

  return {
    touch: (batchId, what) => touch(batchId, what === 'transition' ? restMs : progressMs),
    async aggregate(batchId) {
      report(await aggregateBatch(database, batchId));
    },
    async [Symbol.asyncDispose]() {
      closed = true;
      clearTimeout(timer ?? undefined);
      await aggregating;
      // Maintenance would do it too, but later.
      const rest = [...touched.keys()];
      if (rest.length > 0) await aggregateBatches(database, rest, 0).then(report, () => {});
    },
  };
}
