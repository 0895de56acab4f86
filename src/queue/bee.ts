import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import BeeQueue from 'bee-queue';
import type { Redis } from '../connections/redis.ts';
import type { Logger } from '../ops/logger.ts';

export interface QueueOptions {
  redisUrl: string;
  /** This project's own connection, for what bee-queue's can't do. */
  redis: Redis;
  prefix: string;
  logger: Logger;
}

/** The queue of permits. Its messages carry nothing: whoever receives one claims the best runnable rows of PostgreSQL. */
export function openPermitQueue({ redisUrl, prefix, logger }: QueueOptions, role: 'producer' | 'worker'): BeeQueue {
  // bee-queue's typings describe an older client's options; they are a URL and these two here.
  const redis: object = {
    url: redisUrl,
    retry_strategy: ({ attempt }: { attempt: number }) => Math.min(100 * 2 ** attempt, 2_000),
    // A producer's message is worthless once Redis is back (the sweeper rings then); a worker's wait must outlast the outage.
    enable_offline_queue: role === 'worker',
  };
  const queue = new BeeQueue('permits', {
    redis,
    prefix,
    isWorker: role === 'worker',
    getEvents: false,
    sendEvents: false,
    storeJobs: false,
    removeOnSuccess: true,
    removeOnFailure: true,
  });
  queue.on('error', (error) => logger.debug({ err: error }, 'the permit queue met an error'));
  return queue;
}

/**
 * bee-queue loads its scripts once and calls them by hash ever after, so a Redis that was restarted answers NOSCRIPT for
 * good. Loading them again on any connection mends it for all.
 */
export async function loadScripts(redis: Redis): Promise<void> {
  const folder = join(dirname(createRequire(import.meta.url).resolve('bee-queue')), 'lib', 'lua');
  for (const file of await readdir(folder)) {
    if (file.endsWith('.lua')) await redis.scriptLoad(await readFile(join(folder, file), 'utf8'));
  }
}
