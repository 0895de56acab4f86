import type { Logger } from './logger.ts';

const everyMs = 500;
/** Shorter pauses are normal: a large response, garbage collection, a busy machine. */
const noticeableMs = 2_000;

/** Logs pauses of this process, so that late responses are not attributed to PostgreSQL or Redis. */
export function reportPauses(logger: Logger): Disposable {
  let lookedAt = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    const pausedMs = Math.round(now - lookedAt - everyMs);
    lookedAt = now;
    if (pausedMs > noticeableMs)
      logger.warn({ pausedMs }, 'this process was paused: it was stopped, or its event loop was blocked');
  }, everyMs);
  timer.unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
