import type { QueueName, QueueOptions } from './bee.ts';
import { type Consumer, consume } from './consumer.ts';

export interface Answerer extends AsyncDisposable {
  /** Takes no permits from now on, and polls for no rows; running handlers continue. */
  pause(): void;
  /** Takes permits again after `pause`. */
  resume(): void;
}

export interface AnswererOptions extends QueueOptions {
  /** The queue of the permits. */
  name: QueueName;
  /** The number of slots: handlers that run concurrently. */
  concurrency: number;
  /** Fills one slot: claims and runs rows until no row is claimable. */
  handler: () => Promise<void>;
  /** Called when a slot wakes up to be filled. */
  onWakeUp: (cause: 'permit' | 'poll') => void;
}

/** How long idle slots wait for a permit before they poll for rows. Random, so that workers do not poll in step. */
const pollMs = () => 4_000 + 2_000 * Math.random();

/**
 * Fills slots: one for each permit that arrives, and all idle ones if none has arrived for some seconds. So jobs also
 * run without Redis, only slightly later. A permit is only a wake-up: it is acknowledged once a slot has started, so
 * nothing depends on how long a job runs. While all slots are busy, no permit is taken, because another worker may have
 * an idle slot.
 */
export function answerPermits(options: AnswererOptions): Answerer {
  const { concurrency, handler, onWakeUp, logger } = options;
  const running = new Set<Promise<void>>();
  /** Takes permits; null while paused. */
  let permits: Consumer | null = null;
  const ending: PromiseLike<void>[] = [];
  /** Several permits may wait for a slot: one taken on a lost connection still waits beside that of the new one. */
  const waiting = new Set<() => void>();
  function freed(): void {
    for (const wake of waiting) wake();
    waiting.clear();
  }

  function begin(cause: 'permit' | 'poll'): void {
    if (permits === null || running.size >= concurrency) return;
    onWakeUp(cause);
    const run = handler()
      .catch((error) => logger.warn({ err: error }, 'a slot could not be filled; trying again in a few seconds'))
      .finally(() => {
        running.delete(run);
        freed();
      });
    running.add(run);
  }

  async function freeSlot(): Promise<void> {
    while (running.size >= concurrency && permits !== null) {
      await new Promise<void>((resolve) => waiting.add(resolve));
    }
  }

  let pollTimer: NodeJS.Timeout | undefined;
  function waitForPermit(): void {
    clearTimeout(pollTimer);
    pollTimer = setTimeout(beginAll, pollMs());
  }
  function beginAll(): void {
    // Their claims share one statement.
    for (let idle = concurrency - running.size; idle > 0; idle -= 1) begin('poll');
    waitForPermit();
  }

  function resume(): void {
    if (permits !== null) return;
    permits = consume(options, options.name, async () => {
      // One that was taken while pausing is left to the sweeper, which replaces it within a second.
      if (permits === null) return;
      waitForPermit();
      begin('permit');
      await freeSlot();
    });
    // Rows may have been waiting while no worker took permits.
    beginAll();
  }

  function pause(): void {
    if (permits === null) return;
    clearTimeout(pollTimer);
    permits.stop();
    ending.push(permits[Symbol.asyncDispose]());
    permits = null;
    freed();
  }

  resume();
  return {
    pause,
    resume,
    async [Symbol.asyncDispose]() {
      pause();
      await Promise.all(ending);
      await Promise.all(running);
    },
  };
}
