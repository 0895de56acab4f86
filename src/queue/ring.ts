import { randomUUID } from 'node:crypto';
import { loadScripts, openPermitQueue, type QueueOptions } from './bee.ts';

export interface Ringer extends AsyncDisposable {
  /**
   * Says that so many rows became claimable. Returns at once and never fails: no request waits for Redis, and a ring that
   * is lost is made up for by the sweeper.
   */
  ring(rows?: number): void;
  /** Tells all ringers how many slots the fleet has: more than twice as many permits never wait. */
  setSlots(slots: number): Promise<void>;
  /** Permits that wait to be answered. */
  waiting(): Promise<number>;
}

/** After a ring the next ones wait this long to travel together: a burst of submits costs a few round trips, not one each. */
const coalesceMs = 5;

/** Before the sweeper has counted the fleet. */
const assumedSlots = 32;

export function createRinger(options: QueueOptions): Ringer {
  const { redis, prefix, logger } = options;
  const queue = openPermitQueue(options, 'producer');
  const slotsKey = `${prefix}:slots`;
  const waitingKey = `${prefix}:permits:waiting`;
  let rows = 0;
  let flushing = false;
  let lastFlush = 0;

  async function save(count: number): Promise<void> {
    // Ids are UUIDs: bee-queue's own counter starts again after FLUSHALL, and an old handler would delete a new permit.
    const permits = Array.from({ length: count }, () => queue.createJob({}).setId(randomUUID()));
    // Saved in one turn of the event loop, so they travel together.
    await Promise.all(permits.map((permit) => permit.save()));
  }

  async function flush(): Promise<void> {
    while (rows > 0) {
      const wanted = rows;
      rows = 0;
      const [waiting, slots] = await Promise.all([redis.lLen(waitingKey), redis.get(slotsKey)]);
      const count = Math.min(wanted, 2 * Number(slots ?? assumedSlots) - waiting);
      if (count <= 0) return;
      try {
        await save(count);
      } catch (error) {
        if (!String(error).includes('NOSCRIPT')) throw error;
        await loadScripts(redis);
        await save(count);
      }
    }
  }

  const reload = () => void loadScripts(redis).catch((error) => logger.debug({ err: error }, 'scripts not loaded'));
  redis.on('ready', reload);

  return {
    ring(more = 1) {
      rows += more;
      if (flushing) return;
      flushing = true;
      setTimeout(
        () => {
          flush()
            .catch((error) => logger.debug({ err: error }, 'could not ring; the sweeper will'))
            .finally(() => {
              flushing = false;
              lastFlush = performance.now();
            });
        },
        Math.max(0, lastFlush + coalesceMs - performance.now()),
      );
    },
    async setSlots(slots) {
      await redis.set(slotsKey, slots, { expiration: { type: 'EX', value: 60 } });
    },
    waiting: () => redis.lLen(waitingKey),
    async [Symbol.asyncDispose]() {
      redis.off('ready', reload);
      await queue.close(1_000).catch(() => {});
    },
  };
}
