/** Interval between two counts of running time, in milliseconds. */
const tickMs = 100;
/** Running time that one tick may add, in milliseconds. A later tick means that the process was paused. */
const maxPerTickMs = 2 * tickMs;

export interface RunningTimer {
  stop(): void;
}

interface Pending {
  leftMs: number;
  callback: () => void;
}

const pending = new Set<Pending>();
let interval: NodeJS.Timeout | null = null;
let countedAt = 0;

/**
 * Calls back once this process has run for `ms`. Use it for every timeout of a silent peer. Time during which the event
 * loop was blocked, the process stopped or the machine asleep does not count, because no response could be read then.
 * The callback runs after pending input was read, so a response that is already in a socket's buffer can still stop the
 * timer.
 */
export function afterRunning(ms: number, callback: () => void): RunningTimer {
  if (interval === null) {
    countedAt = performance.now();
    // One interval serves all timers: there is one for each statement, ping and WebSocket.
    interval = setInterval(() => setImmediate(count), tickMs);
  }
  const timer: Pending = { leftMs: ms + performance.now() - countedAt, callback };
  pending.add(timer);
  if (pending.size === 1) interval.ref();
  return {
    stop() {
      if (pending.delete(timer) && pending.size === 0) interval?.unref();
    },
  };
}

/** Runs in the phase of the event loop that follows reading from sockets. */
function count(): void {
  const now = performance.now();
  const ranMs = Math.min(now - countedAt, maxPerTickMs);
  countedAt = now;
  for (const timer of pending) {
    timer.leftMs -= ranMs;
    if (timer.leftMs > 0) continue;
    pending.delete(timer);
    timer.callback();
  }
  if (pending.size === 0) interval?.unref();
}

/** Returns the outcome of `work`, or throws what `late` creates if this process runs for `ms` without it. */
export async function withinRunning<T>(ms: number, work: Promise<T>, late: () => Error): Promise<T> {
  let timer: RunningTimer | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = afterRunning(ms, () => reject(late()));
  });
  return await Promise.race([work, deadline]).finally(() => timer?.stop());
}
