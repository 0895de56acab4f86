import { createClient } from 'redis';
import type { Logger } from '../ops/logger.ts';

export type Redis = ReturnType<typeof openRedis>;

/**
 * A Redis connection that comes back by itself. While it is down commands fail at once instead of queueing: Redis only
 * rings doorbells here, and what was missed is made up for from PostgreSQL.
 */
export function openRedis(url: string, logger: Logger) {
  const client = createClient({
    url,
    disableOfflineQueue: true,
    pingInterval: 5_000,
    socket: {
      connectTimeout: 5_000,
      // Half-open connections are noticed: no answer to the ping, no bytes for this long.
      socketTimeout: 15_000,
      reconnectStrategy: (retries) => Math.min(100 * 2 ** retries, 2_000),
    },
  });
  let down = false;
  client.on('error', (error) => {
    // One line per outage, not one per attempt.
    if (!down) logger.warn({ err: error }, 'Redis cannot be reached; going on without it');
    down = true;
  });
  client.on('ready', () => {
    if (down) logger.info('Redis is back');
    down = false;
  });
  return client;
}
