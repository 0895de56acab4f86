import type { Redis } from '../connections/redis.ts';
import type { ProgressState } from './state.ts';

export type Publish = (state: ProgressState) => void;

/** Everything about one job. */
export function jobChannel(prefix: string, jobId: string): string {
  return `${prefix}:progress:job:${jobId}`;
}

/** Everything about all jobs of a tenant. */
export function tenantChannel(prefix: string, tenantId: string): string {
  return `${prefix}:progress:tenant:${tenantId}`;
}

/**
 * Tells whoever watches. Never awaited and never failing: what is lost here (Redis down, a crash after the commit) is
 * made up for by the hub's reading of PostgreSQL.
 */
export function createPublisher(redis: Redis, prefix: string): Publish {
  return (state) => {
    if (!redis.isReady) return;
    const message = JSON.stringify(state);
    redis.publish(jobChannel(prefix, state.jobId), message).catch(() => {});
    redis.publish(tenantChannel(prefix, state.tenantId), message).catch(() => {});
  };
}
