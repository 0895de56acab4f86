import type { Redis } from '../connections/redis.ts';
import type { ProgressState } from './state.ts';

export type Publish = (state: ProgressState) => void;

/** Everything about one job goes here. */
export function jobChannel(prefix: string, tenantId: string, jobId: string): string {
  return `${prefix}:progress:${tenantId}:${jobId}`;
}

/** Matches the channels of all jobs of a tenant: a publish costs one message, whoever listens. */
export function tenantPattern(prefix: string, tenantId: string): string {
  return `${prefix}:progress:${tenantId}:*`;
}

/**
 * Tells whoever watches. Never awaited and never failing: what is lost here (Redis down, a crash after the commit) is
 * made up for by the hub's reading of PostgreSQL.
 */
export function createPublisher(redis: Redis, prefix: string): Publish {
  return (state) => {
    if (!redis.isReady) return;
    redis.publish(jobChannel(prefix, state.tenantId, state.jobId), JSON.stringify(state)).catch(() => {});
  };
}
