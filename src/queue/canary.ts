import type { Database } from '../connections/database.ts';
import { canaryDeadSeconds } from '../ops/vitals.ts';
import type { QueueOptions } from './bee.ts';
import { type Consumer, consume } from './consumer.ts';
import { createProducer } from './producer.ts';
import { renewFleetLease } from './sql/renew-fleet-lease.ts';

/** Sends canaries: messages in a dedicated queue that any worker answers, no matter how busy its slots are. */
export interface CanaryRinger extends AsyncDisposable {
  /** Sends one unless the previous one still waits. */
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
 * Answers canaries by renewing a lease in PostgreSQL, so a flushed Redis does not make a live fleet look dead. An
 * answer proves that Redis, this process and its database all work.
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
