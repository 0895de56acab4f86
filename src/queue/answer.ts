import { openPermitQueue, type QueueOptions } from './bee.ts';

export interface Answerer extends AsyncDisposable {
  /** Stops taking permits at once; handlers that run go on. */
  stop(): void;
}

/**
 * Answers permits with up to `concurrency` handlers at a time. The handler's failure never reaches bee-queue: a permit has
 * done its work once it was answered, whatever became of the rows.
 */
export function answerPermits(options: QueueOptions & { concurrency: number; handler: () => Promise<void> }): Answerer {
  const { concurrency, handler, logger } = options;
  const queue = openPermitQueue(options, 'worker');
  queue.process(concurrency, async () => {
    try {
      await handler();
    } catch (error) {
      logger.error({ err: error }, 'a permit could not be answered');
    }
  });
  // A worker that was killed leaves its permits as "active"; without this check they would pile up.
  queue.checkStalledJobs(10_000, () => {});
  let closing: Promise<unknown> | null = null;
  // bee-queue waits this long for handlers; the worker bounds its own drain and ends them before.
  const close = () => (closing ??= queue.close(60_000).catch(() => {}));
  return {
    stop: () => void close(),
    async [Symbol.asyncDispose]() {
      await close();
    },
  };
}
