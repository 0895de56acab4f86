import type { Redis } from '../connections/redis.ts';
import type { Logger } from '../ops/logger.ts';
import { Feed } from './feed.ts';
import { batchChannel, jobChannel, tenantPattern } from './publish.ts';
import { type BatchState, type Cursor, isFinal, isFinalBatch, type ProgressState } from './state.ts';
import type { Subject } from './watcher.ts';

export interface HubOptions {
  /** A connection for nothing else. */
  redis: Redis;
  prefix: string;
  /** The current states of these jobs from PostgreSQL; those that are gone are left out. */
  readStates: (jobIds: string[]) => Promise<ProgressState[]>;
  /** The same of batches. */
  readBatchStates: (batchIds: string[]) => Promise<BatchState[]>;
  logger: Logger;
  /** How often what is watched is re-read, in milliseconds. */
  rereadEveryMs?: number;
}

/** What all subscribers of this process share; `Feed` says how nobody misses anything. */
export interface Hub extends Disposable {
  /** The current state if it is newer than `after`, then newer ones as they come; ends after the final one. */
  watchJob(tenantId: string, jobId: string, after: Cursor | null): AsyncIterableIterator<ProgressState>;
  /** The same of a batch. */
  watchBatch(tenantId: string, batchId: string, after: Cursor | null): AsyncIterableIterator<BatchState>;
  /** Everything that happens to a tenant's jobs once this has resolved, if it is accepted; no snapshot, no end. */
  watchTenant(
    tenantId: string,
    accepts?: (state: ProgressState) => boolean,
  ): Promise<AsyncIterableIterator<ProgressState>>;
  /** Channels that somebody watches. */
  readonly watched: number;
}

/** Of a job every transition is kept, and between two of them the newest update. */
export const jobSubject: Subject<ProgressState> = {
  idOf: ({ jobId }) => jobId,
  placeOf: ({ jobId, revision, seq }) => `${jobId} ${revision} ${seq === 0 ? 'transition' : 'update'}`,
  isFinal,
};

/** Of a batch the newest counts are all that matters. */
const batchSubject: Subject<BatchState> = {
  idOf: ({ batchId }) => batchId,
  placeOf: ({ batchId }) => batchId,
  isFinal: isFinalBatch,
};

export function createHub({
  redis,
  prefix,
  readStates,
  readBatchStates,
  logger,
  rereadEveryMs = 2_000,
}: HubOptions): Hub {
  const jobs = new Feed({ redis, subject: jobSubject, readStates, logger, rereadEveryMs });
  const batches = new Feed({ redis, subject: batchSubject, readStates: readBatchStates, logger, rereadEveryMs });
  return {
    watchJob: (tenantId, jobId, after) => jobs.watch(jobChannel(prefix, tenantId, jobId), jobId, after),
    watchBatch: (tenantId, batchId, after) => batches.watch(batchChannel(prefix, tenantId, batchId), batchId, after),
    watchTenant: (tenantId, accepts) => jobs.watchAll(tenantPattern(prefix, tenantId), accepts),
    get watched() {
      return jobs.watched + batches.watched;
    },
    [Symbol.dispose]() {
      jobs[Symbol.dispose]();
      batches[Symbol.dispose]();
    },
  };
}
