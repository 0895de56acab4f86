import type { Logger } from '../ops/logger.ts';
import type { Redis } from './redis.ts';
import { logRedisError } from './redis-trouble.ts';

/** Counts of all processes together, for metrics. */
export interface Counters extends AsyncDisposable {
  /** Returns at once. */
  count(name: string): void;
  read(): Promise<Map<string, number>>;
}

const flushEveryMs = 1_000;

/**
 * Counters in a Redis hash, so that any process shows what all of them count. Each process adds what it counted once a second,
 * later if Redis is away. A killed process loses a second's worth and a flushed Redis all, which starts them at zero again;
 * readers of counters know such resets.
 */
export function createCounters(redis: Redis, prefix: string, logger: Logger): Counters {
  const key = `${prefix}:counters`;
  let counted = new Map<string, number>();

  async function flush(): Promise<void> {
    if (counted.size === 0 || !redis.isReady) return;
    const adding = counted;
    counted = new Map();
    const commands = redis.multi();
    for (const [name, n] of adding) commands.hIncrBy(key, name, n);
    try {
      await commands.exec();
    } catch (error) {
      logRedisError(logger, error, 'could not add to the counters; trying again');
      for (const [name, n] of adding) counted.set(name, (counted.get(name) ?? 0) + n);
    }
  }

  const timer = setInterval(() => void flush(), flushEveryMs);
  timer.unref();
  return {
    count(name) {
      counted.set(name, (counted.get(name) ?? 0) + 1);
    },
    async read() {
      const all = await redis.hGetAll(key);
      return new Map(Object.entries(all).map(([name, n]) => [name, Number(n)]));
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await flush();
    },
  };
}
