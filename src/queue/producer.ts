import { randomUUID } from 'node:crypto';
import { redisPatienceMs, within } from '../connections/redis.ts';
import { createBee, isScriptMissing, loadScripts, type QueueName, type QueueOptions, waitingKey } from './bee.ts';

/** Sends messages into a queue. Every call ends within a few seconds, however Redis fails. */
export interface Producer extends AsyncDisposable {
  send(count: number): Promise<void>;
  /** Messages that nobody has taken yet. */
  waiting(): Promise<number>;
}

export function createProducer(options: QueueOptions, name: QueueName): Producer {
  const { redis, prefix } = options;
  const bee = createBee(options, name, 'producer');

  async function save(count: number): Promise<void> {
    const queue = bee.get();
    // Ids are UUIDs: bee-queue's own counter starts again after FLUSHALL, and an old handler would delete a new message.
    const messages = Array.from({ length: count }, () => queue.createJob({}).setId(randomUUID()));
    // Saved in one turn of the event loop, so they travel together.
    await within(redisPatienceMs, Promise.all(messages.map((message) => message.save())));
  }

  return {
    async send(count) {
      if (!redis.isReady) throw new Error('Redis cannot be reached');
      try {
        try {
          await save(count);
        } catch (error) {
          if (!isScriptMissing(error)) throw error;
          await within(redisPatienceMs, loadScripts(redis));
          await save(count);
        }
      } catch (error) {
        // It may hang for good, or have given up: the next message gets a new one.
        bee.drop();
        throw error;
      }
    },
    waiting: () => within(redisPatienceMs, redis.lLen(waitingKey(prefix, name))),
    [Symbol.asyncDispose]: () => bee[Symbol.asyncDispose](),
  };
}
