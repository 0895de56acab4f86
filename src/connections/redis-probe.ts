import { randomUUID } from 'node:crypto';
import type { Logger } from '../ops/logger.ts';
import { type Redis, redisTimeoutMs, within } from './redis.ts';
import { logRedisError, type RedisTrouble, redisTroubleOf } from './redis-trouble.ts';

/** Runs the commands of bee-queue's scripts. */
const script = `
redis.call('incr', KEYS[1])
redis.call('set', KEYS[1], '1', 'PX', 1000, 'NX')
redis.call('hexists', KEYS[2], 'a')
redis.call('hset', KEYS[2], 'a', '1')
redis.call('hdel', KEYS[2], 'b')
redis.call('lpush', KEYS[3], 'a')
redis.call('lrange', KEYS[3], 0, -1)
redis.call('lrem', KEYS[3], 0, 'b')
redis.call('sadd', KEYS[4], 'a')
redis.call('smembers', KEYS[4])
redis.call('sismember', KEYS[4], 'a')
redis.call('srem', KEYS[4], 'b')
return redis.call('del', KEYS[1], KEYS[2], KEYS[4])`;

/** Connections of one user to one Redis. */
export interface ProbedConnections {
  commands: Pick<Redis, 'sendCommand'>;
  /** A connection for subscriptions. */
  subscriptions: Pick<Redis, 'subscribe' | 'unsubscribe' | 'pSubscribe' | 'pUnsubscribe'>;
}

/**
 * Runs every command that Pagehive needs, on dedicated keys and channels. Throws the first error: a Redis that answers
 * PING can still refuse these commands.
 */
export async function probeRedis({ commands, subscriptions }: ProbedConnections, prefix: string): Promise<void> {
  await probeSubscriptions(subscriptions, `${prefix}:progress:probe`);
  const run = (...words: string[]) => commands.sendCommand(words);
  const key = `${prefix}:probe:${randomUUID()}`;
  const [counter, hash, list, set, taken] = [key, `${key}:hash`, `${key}:list`, `${key}:set`, `${key}:taken`];
  try {
    const sha = String(await run('SCRIPT', 'LOAD', script));
    await allOf([
      run('SET', counter, '1', 'EX', '10'),
      run('GET', counter),
      run('HINCRBY', hash, 'a', '1'),
      run('HGETALL', hash),
      run('EVALSHA', sha, '4', counter, hash, list, set),
      run('LLEN', list),
      run('PUBLISH', `${prefix}:progress:probe`, ''),
      run('PING'),
    ]);
    // The script leaves one element in the list, so this does not block.
    await run('BRPOPLPUSH', list, taken, '1');
  } finally {
    await run('DEL', counter, hash, list, set, taken).catch(() => undefined);
  }
}

async function probeSubscriptions(redis: ProbedConnections['subscriptions'], channel: string): Promise<void> {
  const ignore = () => undefined;
  await redis.subscribe(channel, ignore);
  await redis.unsubscribe(channel, ignore);
  await redis.pSubscribe(`${channel}:*`, ignore);
  await redis.pUnsubscribe(`${channel}:*`, ignore);
}

/** Returns and logs why Redis refuses commands; null if it accepts them. Throws if Redis does not respond. */
export async function findRedisTrouble(
  connections: ProbedConnections,
  prefix: string,
  logger: Logger,
): Promise<RedisTrouble | null> {
  try {
    await within(redisTimeoutMs, probeRedis(connections, prefix));
    return null;
  } catch (error) {
    const trouble = redisTroubleOf(error);
    if (trouble === null) throw error;
    logRedisError(logger, error, 'Redis cannot be used');
    return trouble;
  }
}

/** Waits for all promises, then throws the first error. */
async function allOf(commands: Promise<unknown>[]): Promise<void> {
  for (const outcome of await Promise.allSettled(commands)) if (outcome.status === 'rejected') throw outcome.reason;
}
