import type { Redis } from '../connections/redis.ts';
import type { Messages } from './messages.ts';
import type { BatchState, ProgressState } from './state.ts';

export type Publish = (state: ProgressState) => void;
export type PublishBatch = (state: BatchState) => void;

/** The channel of a job. */
export function jobChannel(prefix: string, tenantId: string, jobId: string): string {
  return `${prefix}:progress:${tenantId}:${jobId}`;
}

/** Matches the channels of all jobs of a tenant. A publish costs one message, however many subscribers there are. */
export function tenantPattern(prefix: string, tenantId: string): string {
  return `${prefix}:progress:${tenantId}:*`;
}

/** The channel of a batch. */
export function batchChannel(prefix: string, tenantId: string, batchId: string): string {
  return `${prefix}:batches:${tenantId}:${batchId}`;
}

/** Sends states to subscribers. */
export interface Publisher {
  publish: Publish;
  publishBatch: PublishBatch;
}

/**
 * Publishes states through Redis. Nobody awaits it, and it never fails: the hub reads PostgreSQL to replace states lost
 * while Redis is down, or by a crash after the commit.
 */
export function createPublisher(redis: Redis, prefix: string, messages: Messages): Publisher {
  function send(channel: string, state: ProgressState | BatchState): void {
    if (redis.isReady) redis.publish(channel, messages.write(channel, state)).catch(() => {});
  }
  return {
    publish: (state) => send(jobChannel(prefix, state.tenantId, state.jobId), state),
    publishBatch: (state) => send(batchChannel(prefix, state.tenantId, state.batchId), state),
  };
}
