import type { Logger } from './logger.ts';

const everyMs = 500;
/** Shorter pauses are normal: a large answer, a garbage collection, a busy machine. */
const noticeableMs = 2_000;

/** Logs when this process stood still, so that PostgreSQL and Redis are not suspected of late answers. */
export function reportPauses(logger: Logger): Disposable {
  let lookedAt = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    const pausedMs = Math.round(now - lookedAt - everyMs);
    lookedAt = now;
    if (pausedMs > noticeableMs)
      logger.warn({ pausedMs }, 'this process stood still: it was stopped, or its event loop was blocked');
  }, everyMs);
  timer.unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
