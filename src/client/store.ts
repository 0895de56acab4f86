/** A value that others watch, as React's `useSyncExternalStore` wants it: it runs while at least one watches. */
export interface Store<T> {
  get: () => T;
  subscribe: (listener: () => void) => () => void;
}

/** Makes a store; `run` starts what sets its value and gives what stops that. */
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
