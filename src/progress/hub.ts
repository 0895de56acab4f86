import type { Redis } from '../connections/redis.ts';
import type { Logger } from '../ops/logger.ts';
import { Feed } from './feed.ts';
import type { Messages } from './messages.ts';
import { batchChannel, jobChannel, tenantPattern } from './publish.ts';
import { type BatchState, type Cursor, isFinal, isFinalBatch, type ProgressState } from './state.ts';
import type { Subject } from './watcher.ts';

export interface HubOptions {
  /** A connection used only for this. */
  redis: Redis;
  prefix: string;
  messages: Messages;
  /** Reads the current states of jobs from PostgreSQL, without deleted ones. */
  readStates: (jobIds: string[]) => Promise<ProgressState[]>;
  /** Does the same for batches. */
  readBatchStates: (batchIds: string[]) => Promise<BatchState[]>;
  logger: Logger;
  /** Called when a state is replaced that a subscriber has not taken. */
  onReplaced?: () => void;
  /** Interval of re-reading watched states, in milliseconds. */
  rereadEveryMs?: number;
}

/** The subscriptions shared by all subscribers of this process. `Feed` explains why no subscriber misses an event. */
export interface Hub extends Disposable {
  /** Yields the current state if it is newer than `after`, then newer ones; ends after the final one. */
  watchJob(tenantId: string, jobId: string, after: Cursor | null): AsyncIterableIterator<ProgressState>;
  /** Does the same for a batch. */
  watchBatch(tenantId: string, batchId: string, after: Cursor | null): AsyncIterableIterator<BatchState>;
  /** Yields accepted changes of a tenant's jobs once this resolves, without a snapshot or an end. */
  watchTenant(
    tenantId: string,
    accepts?: (state: ProgressState) => boolean,
  ): Promise<AsyncIterableIterator<ProgressState>>;
  /** The number of watched channels. */
  readonly watched: number;
}

/** Cached per state, because hundreds of slow subscribers may keep thousands of them. */
const places = new WeakMap<ProgressState, string>();

/** Jobs keep every transition, and the newest update between two transitions. */
export const jobSubject: Subject<ProgressState> = {
  idOf: ({ jobId }) => jobId,
  placeOf(state) {
    const { jobId, revision, seq } = state;
    const place = places.get(state) ?? `${jobId} ${revision} ${seq === 0 ? 'transition' : 'update'}`;
    places.set(state, place);
    return place;
  },
  isFinal,
};

/** Batches keep only the newest counts. */
const batchSubject: Subject<BatchState> = {
  idOf: ({ batchId }) => batchId,
  placeOf: ({ batchId }) => batchId,
  isFinal: isFinalBatch,
};

export function createHub({
  redis,
  prefix,
  messages,
  readStates,
  readBatchStates,
  logger,
  onReplaced,
  rereadEveryMs = 2_000,
}: HubOptions): Hub {
  const common = { redis, messages, logger, onReplaced, rereadEveryMs };
  const jobs = new Feed<ProgressState>({ ...common, subject: jobSubject, readStates });
  const batches = new Feed<BatchState>({ ...common, subject: batchSubject, readStates: readBatchStates });
  return {
    watchJob: (tenantId, jobId, after) => jobs.watch(jobChannel(prefix, tenantId, jobId), jobId, after),
    watchBatch: (tenantId, batchId, after) => batches.watch(batchChannel(prefix, tenantId, batchId), batchId, after),
    watchTenant: (tenantId, accepts) =>
      jobs.watchAll(
        tenantPattern(prefix, tenantId),
        (state) => state.tenantId === tenantId && accepts?.(state) !== false,
      ),
    get watched() {
      return jobs.watched + batches.watched;
    },
    [Symbol.dispose]() {
      jobs[Symbol.dispose]();
      batches[Symbol.dispose]();
    },
  };
}
