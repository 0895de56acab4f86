import { randomUUID } from 'node:crypto';
import { redisTimeoutMs, within } from '../connections/redis.ts';
import { createBee, isScriptMissing, loadScripts, type QueueName, type QueueOptions, waitingKey } from './bee.ts';

/** Sends messages to a queue. Every call ends within a few seconds, no matter how Redis fails. */
export interface Producer extends AsyncDisposable {
  send(count: number): Promise<void>;
  /** The number of messages that no worker has taken yet. */
  waiting(): Promise<number>;
}

export function createProducer(options: QueueOptions, name: QueueName): Producer {
  const { redis, prefix } = options;
  const bee = createBee(options, name, 'producer');

  async function save(count: number): Promise<void> {
    const queue = bee.get();
    // UUIDs: bee-queue's own counter restarts after FLUSHALL, and an old handler would then delete a new message.
    const messages = Array.from({ length: count }, () => queue.createJob({}).setId(randomUUID()));
    // Saved in one turn of the event loop, so they share a round trip.
    await within(redisTimeoutMs, Promise.all(messages.map((message) => message.save())));
  }

  return {
    async send(count) {
      if (!redis.isReady) throw new Error('Redis cannot be reached');
      try {
        try {
          await save(count);
        } catch (error) {
          if (!isScriptMissing(error)) throw error;
          await within(redisTimeoutMs, loadScripts(redis));
          await save(count);
        }
      } catch (error) {
        // The object may hang forever or have given up: the next message gets a new one.
        bee.drop();
        throw error;
      }
    },
    waiting: () => within(redisTimeoutMs, redis.lLen(waitingKey(prefix, name))),
    [Symbol.asyncDispose]: () => bee[Symbol.asyncDispose](),
  };
}
