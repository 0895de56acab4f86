import { createClient } from 'redis';
import type { Logger } from '../ops/logger.ts';

export type Redis = ReturnType<typeof openRedis>;

/** A healthy Redis answers in less than a millisecond; longer than this is a connection that is dead and doesn't know. */
export const redisPatienceMs = 2_000;

/** How long to wait before the next try to connect: never long, so that an outage of minutes is over as soon as one of seconds. */
export function reconnectDelayMs(tries: number): number {
  return Math.min(100 * 2 ** tries, 2_000);
}

/**
 * A Redis connection that comes back by itself. While it is down commands fail at once instead of queueing: Redis only
 * rings doorbells here, and what was missed is made up for from PostgreSQL.
 */
export function openRedis(url: string, logger: Logger) {
  const client = createClient({
    url,
    disableOfflineQueue: true,
    socket: {
      connectTimeout: 5_000,
      // Of the greeting; later on what is sent counts as life, so the pings below take over.
      socketTimeout: 5_000,
      reconnectStrategy: reconnectDelayMs,
    },
  });
  let down = false;
  const isDown = (error: unknown) => {
    // One line per outage, not one per attempt.
    if (!down) logger.warn({ err: error }, 'Redis cannot be reached; going on without it');
    down = true;
  };
  client.on('error', isDown);
  client.on('ready', () => {
    // Closed while it was being opened: the connection came about all the same, and would keep the process from ending.
    if (!client.isOpen) client.destroy();
    if (down) logger.info('Redis is back');
    down = false;
  });

  let pinging = false;
  /** A half-open connection takes all that is sent and never answers: only what does not come back shows it. */
  async function ping(): Promise<void> {
    if (!client.isOpen) clearInterval(timer);
    if (!client.isReady || pinging) return;
    pinging = true;
    try {
      await within(redisPatienceMs, client.ping());
    } catch (error) {
      if (client.isReady) {
        isDown(error);
        client.destroy();
        client.connect().catch(isDown);
      }
    } finally {
      pinging = false;
    }
  }
  const timer = setInterval(() => void ping(), redisPatienceMs);
  timer.unref();
  return client;
}

/** The outcome of `work`, or an error once it takes too long. */
export async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Redis did not answer within ${ms} ms`)), ms);
  });
  return await Promise.race([work, late]).finally(() => clearTimeout(timer));
}
