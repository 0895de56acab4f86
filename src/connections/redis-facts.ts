import { createClient } from 'redis';
import { createLogger } from '../ops/logger.ts';
import { findRedisTrouble } from './redis-probe.ts';
import type { RedisTrouble } from './redis-trouble.ts';

/** The state of a Redis. */
export interface RedisFacts {
  /** Why it refuses commands; null if it accepts all. */
  trouble: RedisTrouble | null;
  /** Null if the user may not run INFO. */
  version: string | null;
  /** How it frees memory at its limit, such as `noeviction`; null if it has no limit, or if that is unknown. */
  eviction: string | null;
}

/** Asks a Redis for facts. `readClock` is called with a function that returns its time, in milliseconds since 1970. */
export async function inspectRedis<Clock>(
  url: string,
  prefix: string,
  readClock: (read: () => Promise<number>) => Promise<Clock>,
): Promise<RedisFacts & { clock: Clock | null }> {
  const client = createClient({ url, socket: { reconnectStrategy: false, connectTimeout: 5_000 } });
  const subscriptions = client.duplicate();
  for (const each of [client, subscriptions]) each.on('error', () => undefined);
  try {
    await client.connect();
    await subscriptions.connect();
    const logger = createLogger({ logLevel: 'silent' }, 'inspect');
    const trouble = await findRedisTrouble({ commands: client, subscriptions }, prefix, logger);
    // The user may lack the permission for INFO and TIME, which nothing else needs.
    const info = fieldsOf(await client.info().then(String, () => ''));
    const limit = info.get('maxmemory');
    return {
      trouble,
      version: info.get('valkey_version') ?? info.get('redis_version') ?? null,
      eviction: limit === undefined || limit === '0' ? null : (info.get('maxmemory_policy') ?? null),
      clock: await readClock(async () => {
        const [seconds, microseconds] = [await client.sendCommand(['TIME'])].flat().map(Number);
        return Number(seconds) * 1_000 + Number(microseconds) / 1_000;
      }).catch(() => null),
    };
  } finally {
    client.destroy();
    subscriptions.destroy();
  }
}

function fieldsOf(info: string): Map<string, string> {
  const lines = info.split(/\r?\n/).map((line) => line.split(':', 2));
  return new Map(lines.flatMap(([name, value]) => (name === undefined || value === undefined ? [] : [[name, value]])));
}
