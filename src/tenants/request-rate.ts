import type { Bucket, TokenBuckets } from '../connections/token-buckets.ts';
import { RequestError } from '../errors.ts';
import type { Allowance } from './limits.ts';

/** The sender of a request. */
export interface Sender {
  tenantId: string;
  /** Null without a key. */
  keyId: string | null;
  /** The address of a holder of a watch token; null for the holder of a key. */
  watcher: string | null;
  allowance: Allowance;
}

/** The state of the rate limit that is closest to being reached, as `extensions.rateLimit` reports it. */
export interface RateLimit {
  /** Requests per minute, and requests that may arrive together after a pause. */
  limit: number;
  /** Requests that may follow at once. */
  remaining: number;
  /** Seconds until `remaining` reaches `limit` if no request follows. */
  reset: number;
}

export interface Counted {
  /** Null if no limit applies to the sender. */
  rateLimit: RateLimit | null;
  /** RATE_LIMITED; null if the request is within its limits. */
  refusal: RequestError | null;
}

export type CountRequest = (sender: Sender) => Promise<Counted>;

interface Limit extends Bucket {
  of: 'API key' | 'tenant';
}

/**
 * Counts requests by key and by tenant. Holders of one watch token are counted by address, each with the limit of the
 * key, and not for the tenant: visitors of a page must not use up the requests of its owner.
 */
export function createRequestRate(buckets: Pick<TokenBuckets, 'take'>): CountRequest {
  return async (sender) => {
    const limits = limitsOf(sender);
    const states = (await buckets.take(limits)).map((state, index) => ({ ...state, limit: limits[index] }));
    const [tightest] = states.sort((a, b) => b.waitMs - a.waitMs || a.remaining - b.remaining);
    if (tightest?.limit === undefined) return { rateLimit: null, refusal: null };
    const { limit, remaining, resetMs, waitMs } = tightest;
    const rateLimit = { limit: limit.perMinute, remaining, reset: Math.ceil(resetMs / 1_000) };
    return { rateLimit, refusal: waitMs > 0 ? refusal(limit, waitMs) : null };
  };
}

function limitsOf({ tenantId, keyId, watcher, allowance }: Sender): Limit[] {
  const { requestsPerMinute, tenantRequestsPerMinute } = allowance;
  const limits: Limit[] = [];
  if (keyId !== null && requestsPerMinute !== null) {
    const name = watcher === null ? `key:${keyId}` : `watcher:${keyId}:${watcher}`;
    limits.push({ of: 'API key', name, perMinute: requestsPerMinute });
  }
  if (watcher === null && tenantRequestsPerMinute !== null) {
    limits.push({ of: 'tenant', name: `tenant:${tenantId}`, perMinute: tenantRequestsPerMinute });
  }
  return limits;
}

function refusal({ of, perMinute }: Limit, waitMs: number): RequestError {
  return new RequestError('RATE_LIMITED', {
    message: `More than ${perMinute} requests per minute came from your ${of}.`,
    details: { retryAfterSeconds: Math.ceil(waitMs / 1_000) },
  });
}
