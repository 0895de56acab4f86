import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import BeeQueue from 'bee-queue';
import { type Redis, reconnectDelayMs, redisTimeoutMs, within } from '../connections/redis.ts';
import { logRedisError } from '../connections/redis-trouble.ts';
import type { Logger } from '../ops/logger.ts';

export interface QueueOptions {
  redisUrl: string;
  /** This project's own connection, for commands that bee-queue does not offer. */
  redis: Redis;
  prefix: string;
  logger: Logger;
}

/** Queues of empty messages: permits to work, permits to deliver webhooks, and canaries that test the workers. */
export type QueueName = 'permits' | 'deliveries' | 'canary';

/** A replaceable bee-queue object: nothing monitors its connections, so a suspicious one is replaced. */
export interface Bee extends AsyncDisposable {
  /** Returns the current object; opens one if necessary. */
  get(): BeeQueue;
  /** Discards it in any state; `get` opens a new one. */
  drop(): void;
}

/** Returns the key of the list of messages that no worker has taken yet. */
export function waitingKey(prefix: string, name: QueueName): string {
  return `${prefix}:${name}:waiting`;
}

/**
 * A queue that is opened when needed, but only while `redis` is ready: with a wrong address or password, bee-queue
 * gives up permanently, in ways that end the process. When that connection was reestablished, bee-queue's own
 * unmonitored ones may be dead too, and are dropped. `opened` is called with each new object.
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

/** `failed` is called if it turns out to be unusable. */
function open(
  { redisUrl, prefix, logger }: QueueOptions,
  name: QueueName,
  role: 'producer' | 'worker',
  failed: () => void,
) {
  let retired = false;
  // bee-queue's typings describe the options of an older client; these are valid for the current one.
  const redis: object = {
    url: redisUrl,
    retry_strategy: ({ attempt }: { attempt: number }) => (retired ? undefined : reconnectDelayMs(attempt)),
    // A producer's message is worthless once Redis is back (the sweeper rings then); a worker's wait must outlast the
    // outage.
    enable_offline_queue: role === 'worker',
    // The check would fail beside a refused password: two errors at once, and bee-queue listens only to the first.
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
  queue.on('error', (error) => logRedisError(logger, error, `the queue ${name} reported an error`));
  // Unhandled, this rejection would end the process.
  queue.ready().catch((error) => {
    logRedisError(logger, error, `the queue ${name} could not be opened`);
    failed();
  });
  return {
    queue,
    async retire() {
      retired = true;
      await within(redisTimeoutMs, queue.close(redisTimeoutMs / 2)).catch(() => {});
      endConnections(queue);
    },
  };
}

/** `close` waits for a reply, which a dead connection never sends. */
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
 * bee-queue loads its scripts once and then calls them by hash, so a restarted Redis replies NOSCRIPT forever. Loading
 * them again on any connection repairs all.
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
