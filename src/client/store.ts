/** A value with listeners, for React's `useSyncExternalStore`. Its source runs while it has at least one listener. */
export interface Store<T> {
  get: () => T;
  subscribe: (listener: () => void) => () => void;
}

/** Creates a store; `run` starts its source and returns a function that stops it. */
export function createStore<T>(initial: T, run: (update: (change: Partial<T>) => void) => () => void): Store<T> {
  let value = initial;
  let stop: (() => void) | undefined;
  const listeners = new Set<() => void>();
  function update(change: Partial<T>): void {
    value = { ...value, ...change };
    for (const listener of [...listeners]) listener();
  }
  return {
    get: () => value,
    subscribe(listener) {
      listeners.add(listener);
      stop ??= run(update);
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        stop?.();
        stop = undefined;
      };
    },
  };
}
