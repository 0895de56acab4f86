import { LRUCache } from 'lru-cache';
import { ErrorReply } from 'redis';
import type { Redis } from './redis.ts';
import { within } from './redis.ts';

/** Maximum response time of Redis, in milliseconds. A request must not wait longer to be counted. */
const patienceMs = 250;
/** The time in which an empty bucket is full again, in milliseconds. */
const refillMs = 60_000;
/** Maximum buckets in memory. Beyond it, the one that was not used for the longest time is dropped. */
const maxInMemory = 10_000;

/** A bucket of tokens that refills evenly. */
export interface Bucket {
  name: string;
  /** Tokens in a full bucket, and tokens added per minute. */
  perMinute: number;
}

/** A bucket after an attempt to take a token, or as it is. */
export interface BucketState {
  /** Time until the bucket has a token, in milliseconds; 0 if it has one, or one was taken. */
  waitMs: number;
  /** Tokens left. */
  remaining: number;
  /** Time until the bucket is full, in milliseconds. */
  resetMs: number;
}

/**
 * Rate limits as buckets of tokens. All processes share them in Redis; while Redis is away, each process has its own.
 */
export interface TokenBuckets {
  /** Takes a token from each bucket, or from none if one of them is empty. Returns their states in the same order. */
  take(buckets: readonly Bucket[]): Promise<BucketState[]>;
  /** Returns the state of a bucket, and takes nothing. */
  look(bucket: Bucket): Promise<BucketState>;
}

/**
 * The generic cell rate algorithm: a bucket is stored as the time at which it will be full. Redis has the clock. Two
 * passes, so that nothing is taken from any bucket if one is empty. Arguments: 1 to take tokens or 0 to look, then the
 * tokens per minute of each bucket.
 */
const script = `
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local full, takes = {}, ARGV[1] == '1'
for i, key in ipairs(KEYS) do
  -- A bucket is empty for at most a minute, even if the clock of Redis was set back or the value is forged.
  full[i] = math.min(math.max(now, tonumber(redis.call('GET', key)) or now), now + ${refillMs})
  if full[i] - now > ${refillMs} - ${refillMs} / ARGV[i + 1] then takes = false end
end
local states = {}
for i, key in ipairs(KEYS) do
  local interval = ${refillMs} / ARGV[i + 1]
  local wait = math.max(0, full[i] - now - (${refillMs} - interval))
  if takes then
    full[i] = full[i] + interval
    redis.call('SET', key, string.format('%.3f', full[i]), 'PX', math.ceil(full[i] - now) + 1)
  end
  local remaining = math.floor((${refillMs} - (full[i] - now)) / interval + 0.001)
  states[i] = { math.ceil(wait), remaining, math.ceil(full[i] - now) }
end
return states`;

export function createTokenBuckets({ redis, prefix }: { redis: Redis; prefix: string }): TokenBuckets {
  const inMemory = createBucketsInMemory();
  let hash: Promise<string> | null = null;

  async function run(takes: boolean, buckets: readonly Bucket[]): Promise<BucketState[]> {
    const options = {
      keys: buckets.map(({ name }) => `${prefix}:rate:${name}`),
      arguments: [takes ? '1' : '0', ...buckets.map(({ perMinute }) => String(perMinute))],
    };
    hash ??= redis.scriptLoad(script);
    try {
      return statesOf(await redis.evalSha(await hash, options));
    } catch (error) {
      hash = null;
      if (!(error instanceof ErrorReply && error.message.startsWith('NOSCRIPT'))) throw error;
      return statesOf(await redis.eval(script, options));
    }
  }

  async function take(buckets: readonly Bucket[]): Promise<BucketState[]> {
    if (buckets.length === 0) return [];
    if (!redis.isReady) return inMemory.take(buckets, performance.now());
    return await within(patienceMs, run(true, buckets)).catch(() => inMemory.take(buckets, performance.now()));
  }

  async function look(bucket: Bucket): Promise<BucketState> {
    const here = () => inMemory.look(bucket, performance.now());
    if (!redis.isReady) return here();
    const [state] = await within(patienceMs, run(false, [bucket])).catch(() => []);
    return state ?? here();
  }

  return { take, look };
}

function statesOf(reply: unknown): BucketState[] {
  if (!Array.isArray(reply)) throw new Error('Redis returned no states of buckets');
  return reply.map(([waitMs, remaining, resetMs]) => ({ waitMs, remaining, resetMs }));
}

/** The same as the script, for this process alone. `now` is in milliseconds and never goes back. */
export function createBucketsInMemory() {
  const fullAt = new LRUCache<string, number>({ max: maxInMemory });

  function bucketAt({ name, perMinute }: Bucket, now: number) {
    const full = Math.max(now, fullAt.get(name) ?? now);
    const interval = refillMs / perMinute;
    // In this order, a full bucket has no wait: `full - now` is exactly 0, whatever the rounding of large numbers.
    return { name, full, interval, waitMs: Math.max(0, full - now - (refillMs - interval)) };
  }

  function stateOf(full: number, { interval, waitMs }: { interval: number; waitMs: number }, now: number): BucketState {
    const remaining = Math.floor((refillMs - (full - now)) / interval + 0.001);
    return { waitMs: Math.ceil(waitMs), remaining, resetMs: Math.ceil(full - now) };
  }

  return {
    take(buckets: readonly Bucket[], now: number): BucketState[] {
      const before = buckets.map((bucket) => bucketAt(bucket, now));
      const isAllowed = before.every(({ waitMs }) => waitMs === 0);
      return before.map((bucket) => {
        const { name, full, interval } = bucket;
        if (!isAllowed) return stateOf(full, bucket, now);
        fullAt.set(name, full + interval);
        return stateOf(full + interval, bucket, now);
      });
    },
    look(bucket: Bucket, now: number): BucketState {
      const before = bucketAt(bucket, now);
      return stateOf(before.full, before, now);
    },
  };
}
