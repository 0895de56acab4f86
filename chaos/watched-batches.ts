import { z } from 'zod';
import { batchFields, batchState, describeState, isFinalBatch, wrongIn } from './batch-counts.ts';
import type { ClientBatch, SeenBatch } from './journal.ts';
import { subscribeByEvents } from './server-sent-events.ts';
import type { Subject } from './watcher.ts';

const eventShape = batchState.extend({ cursor: z.string(), at: z.string() });
const shape = z.object({ batchProgress: eventShape });

const query = `subscription ($id: ID!, $after: String) {
  batchProgress(id: $id, after: $after) { cursor at ${batchFields} }
}`;

/** Maximum time between the timestamp of an aggregation and its read of the counts, in milliseconds. */
const aggregationMs = 2_000;

/** How batches are watched. They are never deleted. */
export const watchedBatches: Subject<SeenBatch, ClientBatch> = {
  name: 'batchProgress',
  async *bySocket(client, { id }, from) {
    for await (const event of client.batchProgress(id, from)) yield seen(eventShape.parse(event));
  },
  async *byEvents(url, { id }, { after, apiKey, signal }) {
    const subscription = { apiKey, query, variables: { id, after }, shape };
    for await (const { batchProgress } of subscribeByEvents(url, subscription, signal)) yield seen(batchProgress);
  },
  isFinal: ({ status }) => status !== 'PENDING' && status !== 'RUNNING',
  mayBeGone: () => false,
  check(event, before, batch) {
    const wrong = wrongIn(event.state, batch.intent.kinds.length);
    if (wrong !== null) return { promise: 'no count is wrong', detail: `${wrong}: ${describeState(event.state)}` };
    if (before === undefined || mayHaveBeenRetried(batch, before.at, event.at)) return null;
    const [a, b] = [before.state, event.state];
    const fell = a.completed + a.failed + a.cancelled > b.completed + b.failed + b.cancelled;
    if (event.percent >= before.percent && !fell && !isFinalBatch(a)) return null;
    const detail = `without a retry: ${describeState(a)}, ${describeState(b)}`;
    return { promise: 'a batch goes backwards only by a retry', detail };
  },
};

/** Whether jobs of the batch may have been retried between two of its states. */
function mayHaveBeenRetried({ retries }: ClientBatch, after: number, before: number): boolean {
  return retries.some(({ from, to }) => from <= before + aggregationMs && to >= after);
}

function seen({ cursor, at, ...state }: z.infer<typeof eventShape>): SeenBatch {
  const { revision, status, progressPercentage } = state;
  return { cursor, revision, status, percent: progressPercentage, state, at: Date.parse(at) };
}
