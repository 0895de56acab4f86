import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes, RLWrapperTimeouts } from 'rate-limiter-flexible';
import type { Redis } from './redis.ts';

/** Maximum time for an answer of Redis, in milliseconds. A request must not wait longer to be counted. */
const patienceMs = 250;

export interface RateLimiterOptions {
  redis: Redis;
  /** Of every key in Redis. */
  prefix: string;
  /** What is counted: part of the keys in Redis. */
  name: string;
  /** Maximum count per period. */
  points: number;
  /** The period, in seconds. It begins with the first count. */
  seconds: number;
}

/**
 * Counts how often something happens, by key. All processes count together in Redis; while it is away, each counts by
 * itself.
 */
export interface RateLimiter {
  /** Returns for how many milliseconds the key is over its limit, without counting; 0 if it is not. */
  waitMs(key: string): Promise<number>;
  /** Counts one more. Returns the same as `waitMs`. */
  count(key: string): Promise<number>;
}

export function createRateLimiter({ redis, prefix, name, points, seconds }: RateLimiterOptions): RateLimiter {
  const shared = { keyPrefix: `${prefix}:${name}`, points, duration: seconds };
  const limiter = new RLWrapperTimeouts({
    limiter: new RateLimiterRedis({
      ...shared,
      storeClient: redis,
      useRedisPackage: true,
      rejectIfRedisNotReady: true,
    }),
    timeoutMs: patienceMs,
    insuranceLimiter: new RateLimiterMemory(shared),
  });
  return {
    async waitMs(key) {
      const state = await limiter.get(key);
      return state !== null && state.consumedPoints >= points ? state.msBeforeNext : 0;
    },
    async count(key) {
      try {
        await limiter.consume(key);
        return 0;
      } catch (error) {
        if (error instanceof RateLimiterRes) return error.msBeforeNext;
        throw error;
      }
    },
  };
}
