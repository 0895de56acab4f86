import type { QueueName, QueueOptions } from './bee.ts';
import { consume } from './consumer.ts';

export interface Answerer extends AsyncDisposable {
  /** Stops taking permits at once; handlers that run go on. */
  stop(): void;
}

export interface AnswererOptions extends QueueOptions {
  /** Whose permits. */
  name: QueueName;
  /** Slots: handlers that run at a time. */
  concurrency: number;
  /** Fills one slot: claims and runs until nothing is claimable. */
  handler: () => Promise<void>;
}

/** How long a worker with idle slots waits for a permit before it looks for rows by itself; different for each, and each time. */
const unaskedMs = () => 4_000 + 2_000 * Math.random();

/**
 * Fills slots: one for each permit that arrives, and all idle ones when none has arrived for some seconds, so that jobs run,
 * if a little later, with Redis down for good. A permit is only a knock: it is settled as soon as a slot has begun, whatever
 * becomes of the rows, so nothing hangs on how long a job runs. While all slots are busy no permit is taken: another worker
 * may have an idle one.
 */
export function answerPermits(options: AnswererOptions): Answerer {
  const { concurrency, handler, logger } = options;
  const running = new Set<Promise<void>>();
  let stopped = false;
  /** More than one permit may wait for a slot: whoever took one on a connection that ended goes on waiting beside the new one. */
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
    // Their claims travel in one statement.
    for (let idle = concurrency - running.size; idle > 0; idle -= 1) begin();
    waitForPermit();
  }

  const permits = consume(options, options.name, async () => {
    waitForPermit();
    begin();
    await freeSlot();
  });
  // Rows may have waited for the first worker of all.
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
