import { createRateLimiter } from '../connections/rate-limiter.ts';
import type { Redis } from '../connections/redis.ts';
import { RequestError } from '../errors.ts';

/** Failed attempts of one address per period, and the period in seconds. */
const attempts = { points: 30, seconds: 60 };

/**
 * Limits how often one address may show keys that do not count. Secrets cannot be guessed, but each attempt costs a read.
 * Keys that this process knows are not affected: they are accepted from any address.
 */
export interface FailedAttempts {
  /** Throws RATE_LIMITED if the address has failed too often. */
  check(address: string): Promise<void>;
  /** Notes that an attempt failed. Throws RATE_LIMITED if there were too many. */
  note(address: string): Promise<void>;
}

export function createFailedAttempts({ redis, prefix }: { redis: Redis; prefix: string }): FailedAttempts {
  const limiter = createRateLimiter({ redis, prefix, name: 'failed-attempts', ...attempts });
  return {
    check: async (address) => refuse(await limiter.waitMs(address)),
    note: async (address) => refuse(await limiter.count(address)),
  };
}

function refuse(waitMs: number): void {
  if (waitMs <= 0) return;
  throw new RequestError('RATE_LIMITED', {
    message: 'Too many requests with a wrong API key came from your address.',
    details: { retryAfterSeconds: Math.ceil(waitMs / 1_000) },
  });
}
