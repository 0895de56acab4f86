import { redisTimeoutMs, within } from '../connections/redis.ts';
import { logRedisError } from '../connections/redis-trouble.ts';
import type { QueueName, QueueOptions } from './bee.ts';
import { createProducer } from './producer.ts';

export interface Ringer extends AsyncDisposable {
  /**
   * Announces that rows became claimable. Returns immediately and never fails: no request waits for Redis, and the
   * sweeper replaces lost rings.
   */
  ring(rows?: number): void;
  /**
   * Ensures that `permits` permits wait, and announces the number of slots in the fleet to all processes that ring: at
   * most twice as many permits as slots ever wait. Returns the number of permits that it sent.
   */
  topUp(fleet: { permits: number; slots: number }): Promise<number>;
  /** The number of waiting permits. */
  waiting(): Promise<number>;
}

/**
 * Further rings are collected for this long after a ring, so that a burst of submissions costs only a few round trips.
 */
const coalesceMs = 5;

/** Used until the sweeper has counted the fleet. */
const assumedSlots = 32;
/** Without a sweeper, the number soon becomes outdated. */
const slotsKnownForSeconds = 60;

export function createRinger(options: QueueOptions, name: QueueName): Ringer {
  const { redis, prefix, logger } = options;
  const permits = createProducer(options, name);
  const slotsKey = `${prefix}:${name}:slots`;
  let rows = 0;
  let flushing = false;
  let lastFlush = 0;

  async function flush(): Promise<void> {
    while (rows > 0) {
      const wanted = rows;
      rows = 0;
      if (!redis.isReady) return;
      const [waiting, slots] = await Promise.all([permits.waiting(), within(redisTimeoutMs, redis.get(slotsKey))]);
      const count = Math.min(wanted, 2 * Number(slots ?? assumedSlots) - waiting);
      if (count <= 0) return;
      await permits.send(count);
    }
  }

  return {
    ring(more = 1) {
      rows += more;
      if (flushing) return;
      flushing = true;
      setTimeout(
        () => {
          flush()
            .catch((error) => logRedisError(logger, error, 'could not ring; the sweeper will'))
            .finally(() => {
              flushing = false;
              lastFlush = performance.now();
            });
        },
        Math.max(0, lastFlush + coalesceMs - performance.now()),
      );
    },
    async topUp(fleet) {
      const expiration = { type: 'EX', value: slotsKnownForSeconds } as const;
      const [waiting] = await Promise.all([
        permits.waiting(),
        within(redisTimeoutMs, redis.set(slotsKey, fleet.slots, { expiration })),
      ]);
      const missing = Math.max(0, fleet.permits - waiting);
      if (missing > 0) await permits.send(missing);
      return missing;
    },
    waiting: () => permits.waiting(),
    [Symbol.asyncDispose]: () => permits[Symbol.asyncDispose](),
  };
}
