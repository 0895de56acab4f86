import { isTemporary } from './errors.ts';

/**
 * Returns the delay after the given attempt (from 1): doubles up to ten seconds, with jitter against simultaneous
 * reconnects.
 */
function backoffMs(tries: number): number {
  return Math.min(10_000, 250 * 2 ** (tries - 1)) * (0.5 + Math.random() / 2);
}

/** Waits before another attempt; rejects with the signal's reason when it is aborted. */
export async function backoff(tries: number, signal?: AbortSignal): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const pause = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, backoffMs(tries));
  });
  await untilAborted(pause, signal).finally(() => clearTimeout(timer));
}

/** Retries a repeatable task until it succeeds or fails permanently. */
export async function retry<T>(
  task: (tries: number) => Promise<T>,
  { maxTries, signal }: { maxTries: number; signal?: AbortSignal },
): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await task(tries);
    } catch (error) {
      if (tries >= maxTries || !isTemporary(error)) throw error;
      await backoff(tries, signal);
    }
  }
}

/** Resolves like the promise, or rejects with `error` after a timeout. */
export async function within<T>(ms: number, promise: Promise<T>, error: () => Error): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const overdue = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(error()), ms);
  });
  return await Promise.race([promise, overdue]).finally(() => clearTimeout(timer));
}

/** Settles like the promise, or rejects with the signal's reason if that comes first. */
export function untilAborted<T>(promise: Promise<T>, signal?: AbortSignal): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
