import type { Database } from '../connections/database.ts';
import { canaryDeadSeconds } from '../ops/vitals.ts';
import type { QueueOptions } from './bee.ts';
import { type Consumer, consume } from './consumer.ts';
import { createProducer } from './producer.ts';
import { renewFleetLease } from './sql/renew-fleet-lease.ts';

/** Rings canaries: messages of a queue of their own that any worker answers, however busy its slots are. */
export interface CanaryRinger extends AsyncDisposable {
  /** Rings one, unless the last one still waits. */
  ring(): Promise<void>;
}

export function createCanaryRinger(options: QueueOptions): CanaryRinger {
  const canaries = createProducer(options, 'canary');
  return {
    async ring() {
      if ((await canaries.waiting()) === 0) await canaries.send(1);
    },
    [Symbol.asyncDispose]: () => canaries[Symbol.asyncDispose](),
  };
}

/**
 * Answers canaries by renewing the fleet's lease of life in PostgreSQL: a flushed Redis does not make a living fleet look
 * dead, and what it shows is the whole way: Redis, this process, its database.
 */
export function answerCanaries(options: QueueOptions & { database: Database; workerId: string }): Consumer {
  const { database, workerId, logger } = options;
  return consume(options, 'canary', async () => {
    try {
      await database.query(renewFleetLease, [workerId, canaryDeadSeconds]);
    } catch (error) {
      logger.debug({ err: error }, 'a canary could not be answered');
    }
  });
}
