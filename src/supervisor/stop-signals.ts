const stopSignals: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Signals within this time count as one, in milliseconds: npm repeats a Ctrl-C that the terminal has sent to every
 * process.
 */
const sameMs = 500;

export interface StopSignals extends Disposable {
  /** Resolves with the first signal. */
  readonly first: Promise<NodeJS.Signals>;
}

/** Listens for signals that ask this process to stop. Calls `again` for each one after the first. */
export function onStopSignals(again: () => void): StopSignals {
  let firstAt: number | null = null;
  let resolveFirst: (signal: NodeJS.Signals) => void = () => undefined;
  const first = new Promise<NodeJS.Signals>((resolve) => {
    resolveFirst = resolve;
  });
  function listener(signal: NodeJS.Signals): void {
    if (firstAt === null) {
      firstAt = performance.now();
      resolveFirst(signal);
    } else if (performance.now() - firstAt > sameMs) {
      again();
    }
  }
  for (const signal of stopSignals) process.on(signal, listener);
  return {
    first,
    [Symbol.dispose]() {
      for (const signal of stopSignals) process.off(signal, listener);
    },
  };
}
