import { redisPatienceMs, within } from '../connections/redis.ts';
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
   * Ensures that `permits` permits wait, and tells all ringers the number of slots in the fleet: at most twice as many
   * permits ever wait.
   */
  topUp(fleet: { permits: number; slots: number }): Promise<void>;
  /** The number of waiting permits. */
  waiting(): Promise<number>;
}

/**
 * After a ring, further ones are collected for this long: a burst of submissions costs a few round trips, not one each.
 */
const coalesceMs = 5;

/** Used until the sweeper has counted the fleet. */
const assumedSlots = 32;
/** Without a sweeper, the number soon becomes wrong. */
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
      const [waiting, slots] = await Promise.all([permits.waiting(), within(redisPatienceMs, redis.get(slotsKey))]);
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
        within(redisPatienceMs, redis.set(slotsKey, fleet.slots, { expiration })),
      ]);
      if (fleet.permits > waiting) await permits.send(fleet.permits - waiting);
    },
    waiting: () => permits.waiting(),
    [Symbol.asyncDispose]: () => permits[Symbol.asyncDispose](),
  };
}
