import type { Logger } from '../ops/logger.ts';
import type { Redis } from './redis.ts';
import { logRedisError } from './redis-trouble.ts';

/** Counters for metrics, shared by all processes. */
export interface Counters extends AsyncDisposable {
  /** Returns immediately. */
  count(name: string): void;
  read(): Promise<Map<string, number>>;
}

const flushEveryMs = 1_000;

/**
 * Counters in a Redis hash, so that every process shows the totals. Each process adds its counts once a second, or
 * later if Redis is down. A killed process loses at most one second of counts. Flushing Redis resets all counters, as
 * monitoring systems expect of counters.
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
