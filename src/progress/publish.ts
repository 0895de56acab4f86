import type { Redis } from '../connections/redis.ts';
import type { BatchState, ProgressState } from './state.ts';

export type Publish = (state: ProgressState) => void;
export type PublishBatch = (state: BatchState) => void;

/** Everything about one job goes here. */
export function jobChannel(prefix: string, tenantId: string, jobId: string): string {
  return `${prefix}:progress:${tenantId}:${jobId}`;
}

/** Matches the channels of all jobs of a tenant: a publish costs one message, whoever listens. */
export function tenantPattern(prefix: string, tenantId: string): string {
  return `${prefix}:progress:${tenantId}:*`;
}

/** Everything about one batch goes here. */
export function batchChannel(prefix: string, tenantId: string, batchId: string): string {
  return `${prefix}:batches:${tenantId}:${batchId}`;
}

/** Sends states to subscribers. */
export interface Publisher {
  publish: Publish;
  publishBatch: PublishBatch;
}

/**
 * Sends states through Redis. Nobody awaits it, and it never fails: the hub reads PostgreSQL to make up for a state that is
 * lost because Redis is down or the process crashes after the commit.
 */
export function createPublisher(redis: Redis, prefix: string): Publisher {
  function send(channel: string, state: ProgressState | BatchState): void {
    if (redis.isReady) redis.publish(channel, JSON.stringify(state)).catch(() => {});
  }
  return {
    publish: (state) => send(jobChannel(prefix, state.tenantId, state.jobId), state),
    publishBatch: (state) => send(batchChannel(prefix, state.tenantId, state.batchId), state),
  };
}
