import { createClient, ErrorReply } from 'redis';
import type { Logger } from '../ops/logger.ts';
import { afterRunning, type RunningTimer, withinRunning } from '../ops/running-time.ts';

export type Redis = ReturnType<typeof openRedis>;

/**
 * Maximum time for a reply, in milliseconds of running time, so that pauses of this process do not count. A healthy
 * Redis replies in less than a millisecond, so longer silence means a dead connection.
 */
export const redisTimeoutMs = 2_000;
/** Maximum time for the greeting of a new connection, in milliseconds of running time. */
const greetingMs = 5_000;

/**
 * Returns the delay before the next attempt to connect. It stays short, so that clients reconnect quickly after long
 * outages too.
 */
export function reconnectDelayMs(tries: number): number {
  return Math.min(100 * 2 ** tries, 2_000);
}

/**
 * A Redis connection that reconnects automatically. While it is down, commands fail at once instead of queueing: Redis
 * only carries wake-ups and progress, and lost messages are replaced from PostgreSQL.
 */
export function openRedis(url: string, logger: Logger) {
  const client = createClient({
    url,
    disableOfflineQueue: true,
    socket: {
      connectTimeout: 5_000,
      reconnectStrategy: reconnectDelayMs,
    },
  });
  const close = client.destroy.bind(client);
  let closed = false;
  client.destroy = () => {
    closed = true;
    clearInterval(timer);
    close();
  };

  let down = false;
  const isDown = (error: unknown) => {
    // One line per outage, not one per attempt.
    if (!down) logger.warn({ err: error }, 'Redis cannot be reached; continuing without it');
    down = true;
  };
  /** Replaces a dead connection. */
  function replace(error: unknown): void {
    isDown(error);
    close();
    // A handshake in progress must fail first. Otherwise its connection would survive beside the new one.
    setImmediate(() => {
      if (!closed) client.connect().catch(isDown);
    });
  }

  let greeting: RunningTimer | null = null;
  client.on('connect', () => {
    greeting?.stop();
    greeting = afterRunning(greetingMs, () => replace(new Error('Redis accepts connections but does not respond')));
  });
  client.on('end', () => greeting?.stop());
  client.on('error', (error) => {
    greeting?.stop();
    isDown(error);
  });
  client.on('ready', () => {
    greeting?.stop();
    // `close` was called while the connection was opening: it would keep the process from ending.
    if (closed) close();
    if (down) logger.info('Redis is back');
    down = false;
  });

  let pinging = false;
  /** A half-open connection accepts all commands and never replies: only missing replies reveal it. */
  async function ping(): Promise<void> {
    if (!client.isReady || pinging) return;
    pinging = true;
    try {
      await within(redisTimeoutMs, client.ping());
    } catch (error) {
      // A Redis that refuses PING is reachable; `health` reports what it refuses.
      if (client.isReady && !closed && !(error instanceof ErrorReply)) replace(error);
    } finally {
      pinging = false;
    }
  }
  const timer = setInterval(() => void ping(), redisTimeoutMs);
  timer.unref();
  return client;
}

/** Returns the result of `work`, or throws if Redis takes longer than `ms` of running time for it. */
export async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  return await withinRunning(ms, work, () => new Error(`Redis did not reply within ${ms} ms`));
}
