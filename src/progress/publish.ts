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

/**
 * Tells whoever watches. Never awaited and never failing: what is lost here (Redis down, a crash after the commit) is
 * made up for by the hub's reading of PostgreSQL.
 */
export function createPublisher(redis: Redis, prefix: string): { publish: Publish; publishBatch: PublishBatch } {
  function send(channel: string, state: ProgressState | BatchState): void {
    if (redis.isReady) redis.publish(channel, JSON.stringify(state)).catch(() => {});
  }
  return {
    publish: (state) => send(jobChannel(prefix, state.tenantId, state.jobId), state),
    publishBatch: (state) => send(batchChannel(prefix, state.tenantId, state.batchId), state),
  };
}
