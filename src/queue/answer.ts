import type { QueueName, QueueOptions } from './bee.ts';
import { consume } from './consumer.ts';

export interface Answerer extends AsyncDisposable {
  /** Stops taking permits at once; running handlers continue. */
  stop(): void;
}

export interface AnswererOptions extends QueueOptions {
  /** The queue of the permits. */
  name: QueueName;
  /** The number of slots: handlers that run concurrently. */
  concurrency: number;
  /** Fills one slot: claims and runs rows until none is claimable. */
  handler: () => Promise<void>;
}

/** How long idle slots wait for a permit before they poll for rows. Random, so that workers do not poll in step. */
const unaskedMs = () => 4_000 + 2_000 * Math.random();

/**
 * Fills slots: one for each permit that arrives, and all idle ones if none has arrived for some seconds, so that jobs
 * run without Redis, only a little later. A permit is only a wake-up: it is acknowledged as soon as a slot has begun,
 * so nothing depends on how long a job runs. While all slots are busy, no permit is taken: another worker may have an
 * idle slot.
 */
export function answerPermits(options: AnswererOptions): Answerer {
  const { concurrency, handler, logger } = options;
  const running = new Set<Promise<void>>();
  let stopped = false;
  /** Several permits may wait for a slot: one taken on a lost connection still waits beside that of the new one. */
  const waiting = new Set<() => void>();
  function freed(): void {
    for (const wake of waiting) wake();
    waiting.clear();
  }

  function begin(): void {
    if (stopped || running.size >= concurrency) return;
    const run = handler()
      .catch((error) => logger.warn({ err: error }, 'a slot could not be filled; trying again in some seconds'))
      .finally(() => {
        running.delete(run);
        freed();
      });
    running.add(run);
  }

  async function freeSlot(): Promise<void> {
    while (running.size >= concurrency && !stopped) {
      await new Promise<void>((resolve) => waiting.add(resolve));
    }
  }

  let unasked: NodeJS.Timeout | undefined;
  function waitForPermit(): void {
    clearTimeout(unasked);
    unasked = setTimeout(beginAll, unaskedMs());
  }
  function beginAll(): void {
    // Their claims share one statement.
    for (let idle = concurrency - running.size; idle > 0; idle -= 1) begin();
    waitForPermit();
  }

  const permits = consume(options, options.name, async () => {
    waitForPermit();
    begin();
    await freeSlot();
  });
  // Rows may have been waiting before the first worker started.
  beginAll();

  function stop(): void {
    stopped = true;
    clearTimeout(unasked);
    permits.stop();
    freed();
  }
  return {
    stop,
    async [Symbol.asyncDispose]() {
      stop();
      await permits[Symbol.asyncDispose]();
      await Promise.all(running);
    },
  };
}
