import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import BeeQueue from 'bee-queue';
import { type Redis, reconnectDelayMs, redisPatienceMs, within } from '../connections/redis.ts';
import { logRedisError } from '../connections/redis-trouble.ts';
import type { Logger } from '../ops/logger.ts';

export interface QueueOptions {
  redisUrl: string;
  /** This project's own connection, for what bee-queue's can't do. */
  redis: Redis;
  prefix: string;
  logger: Logger;
}

/** Queues whose messages carry nothing: permits to work, permits to deliver webhooks, and canaries that show that workers answer. */
export type QueueName = 'permits' | 'deliveries' | 'canary';

/** A bee-queue object that can be thrown away: its connections have no watchdogs, so a doubtful one is replaced. */
export interface Bee extends AsyncDisposable {
  /** The one in use; opened if there is none. */
  get(): BeeQueue;
  /** Puts it away, whatever state its connections are in: `get` opens a new one. */
  drop(): void;
}

/** The key of the list of messages that nobody has taken yet. */
export function waitingKey(prefix: string, name: QueueName): string {
  return `${prefix}:${name}:waiting`;
}

/**
 * A queue that is opened when it is needed. Only while `redis` is ready: with a wrong address or password bee-queue gives up
 * for good, in ways that end the process. When that connection had to be made anew, bee-queue's own ones, which nothing
 * watches, are doubtful, too, and dropped. `opened` is called with each new object.
 */
export function createBee(
  options: QueueOptions,
  name: QueueName,
  role: 'producer' | 'worker',
  opened: (queue: BeeQueue) => void = () => {},
): Bee {
  let current: { queue: BeeQueue; retire: () => Promise<void> } | null = null;
  const retiring = new Set<Promise<void>>();

  function drop(): void {
    const work = current?.retire();
    current = null;
    if (work === undefined) return;
    retiring.add(work);
    void work.finally(() => retiring.delete(work));
  }

  options.redis.on('ready', drop);
  return {
    get() {
      if (current !== null) return current.queue;
      const one = open(options, name, role, () => {
        if (current === one) drop();
      });
      current = one;
      opened(one.queue);
      return one.queue;
    },
    drop,
    async [Symbol.asyncDispose]() {
      options.redis.off('ready', drop);
      drop();
      await Promise.all(retiring);
    },
  };
}

/** `failed` is called if it cannot be used, now or ever. */
function open(
  { redisUrl, prefix, logger }: QueueOptions,
  name: QueueName,
  role: 'producer' | 'worker',
  failed: () => void,
) {
  let retired = false;
  // bee-queue's typings describe an older client's options; they are a URL and these three here.
  const redis: object = {
    url: redisUrl,
    retry_strategy: ({ attempt }: { attempt: number }) => (retired ? undefined : reconnectDelayMs(attempt)),
    // A producer's message is worthless once Redis is back (the sweeper rings then); a worker's wait must outlast the outage.
    enable_offline_queue: role === 'worker',
    // The check would fail beside a refused password: two errors in one breath, and bee-queue listens to the first only.
    no_ready_check: true,
  };
  const queue = new BeeQueue(name, {
    redis,
    prefix,
    isWorker: role === 'worker',
    getEvents: false,
    sendEvents: false,
    storeJobs: false,
    removeOnSuccess: true,
    removeOnFailure: true,
  });
  queue.on('error', (error) => logRedisError(logger, error, `the queue ${name} met an error`));
  // Unhandled, this rejection would end the process.
  queue.ready().catch((error) => {
    logRedisError(logger, error, `the queue ${name} could not be opened`);
    failed();
  });
  return {
    queue,
    async retire() {
      retired = true;
      await within(redisPatienceMs, queue.close(redisPatienceMs / 2)).catch(() => {});
      endConnections(queue);
    },
  };
}

/** `close` says goodbye and waits for an answer, which a dead connection never gives. */
function endConnections(queue: BeeQueue): void {
  for (const name of ['client', 'bclient']) {
    const client: unknown = Reflect.get(queue, name);
    if (canEnd(client)) client.end(true);
  }
}

function canEnd(client: unknown): client is { end(flush: boolean): void } {
  return typeof client === 'object' && client !== null && 'end' in client && typeof client.end === 'function';
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

export function isScriptMissing(error: unknown): boolean {
  return String(error).includes('NOSCRIPT');
}
