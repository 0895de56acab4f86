import { createClient, ErrorReply } from 'redis';
import type { Logger } from '../ops/logger.ts';
import { afterRunning, type RunningTimer, withinRunning } from '../ops/running-time.ts';

export type Redis = ReturnType<typeof openRedis>;

/**
 * Maximum time for an answer, in milliseconds of running time: pauses of this process are not held against Redis. A healthy
 * Redis answers in less than a millisecond, so longer silence means a dead connection.
 */
export const redisPatienceMs = 2_000;
/** Maximum time for the greeting of a new connection, in milliseconds of running time. */
const greetingMs = 5_000;

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
    if (!down) logger.warn({ err: error }, 'Redis cannot be reached; going on without it');
    down = true;
  };
  /** Replaces a dead connection. */
  function replace(error: unknown): void {
    isDown(error);
    close();
    // A greeting in progress must fail first, or its connection would live on beside the new one.
    setImmediate(() => {
      if (!closed) client.connect().catch(isDown);
    });
  }

  let greeting: RunningTimer | null = null;
  client.on('connect', () => {
    greeting?.stop();
    greeting = afterRunning(greetingMs, () => replace(new Error('Redis accepts connections but does not answer')));
  });
  client.on('end', () => greeting?.stop());
  client.on('error', (error) => {
    greeting?.stop();
    isDown(error);
  });
  client.on('ready', () => {
    greeting?.stop();
    // Closed while it was being opened: the connection came about all the same, and would keep the process from ending.
    if (closed) close();
    if (down) logger.info('Redis is back');
    down = false;
  });

  let pinging = false;
  /** A half-open connection takes all that is sent and never answers: only what does not come back shows it. */
  async function ping(): Promise<void> {
    if (!client.isReady || pinging) return;
    pinging = true;
    try {
      await within(redisPatienceMs, client.ping());
    } catch (error) {
      // A Redis that refuses PING has answered: what it refuses, `health` reports.
      if (client.isReady && !closed && !(error instanceof ErrorReply)) replace(error);
    } finally {
      pinging = false;
    }
  }
  const timer = setInterval(() => void ping(), redisPatienceMs);
  timer.unref();
  return client;
}

/** Returns the outcome of `work`, or throws if Redis takes longer than `ms` of running time for it. */
export async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  return await withinRunning(ms, work, () => new Error(`Redis did not answer within ${ms} ms`));
}
