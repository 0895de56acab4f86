export interface Observer<T> {
  next: (value: T) => void;
  error: (error: unknown) => void;
  complete: () => void;
}

/**
 * Both an async iterable (`for await`) and an observable (`subscribe`, or `from(stream)` in RxJS). Nothing happens
 * before it is consumed, and each consumer has its own subscription.
 */
export interface Stream<T> extends AsyncIterable<T> {
  subscribe(observer: Partial<Observer<T>> | ((value: T) => void)): { unsubscribe(): void };
  /** The interop name of observables where `Symbol.observable` does not exist. */
  '@@observable'(): Stream<T>;
}

/** Creates a stream; `start` runs once per consumer, with a signal that aborts when the consumer stops. */
export function createStream<T>(start: (signal: AbortSignal) => AsyncGenerator<T, void, undefined>): Stream<T> {
  const stream: Stream<T> = {
    subscribe: (observer) => observe(start, typeof observer === 'function' ? { next: observer } : observer),
    '@@observable': () => stream,
    [Symbol.asyncIterator]: () => iterate(start),
  };
  // Not a standard, but some libraries define it.
  const observable: unknown = Reflect.get(Symbol, 'observable');
  if (typeof observable === 'symbol') Object.defineProperty(stream, observable, { value: () => stream });
  return stream;
}

/** Returns an iterator whose `return` ends at once. A generator's own `return` waits for the pending value. */
function iterate<T>(start: (signal: AbortSignal) => AsyncGenerator<T, void, undefined>): AsyncIterator<T, void> {
  const stop = new AbortController();
  const values = start(stop.signal);
  return {
    next: () =>
      values.next().catch((error: unknown) => {
        if (!stop.signal.aborted) throw error;
        return { value: undefined, done: true };
      }),
    async return() {
      stop.abort();
      await values.return().catch(() => undefined);
      return { value: undefined, done: true };
    },
  };
}

function observe<T>(
  start: (signal: AbortSignal) => AsyncGenerator<T, void, undefined>,
  observer: Partial<Observer<T>>,
): { unsubscribe(): void } {
  const stop = new AbortController();
  /** An observer that throws must not end the subscription, nor receive its own error. */
  function notify(call: () => void): void {
    if (stop.signal.aborted) return;
    try {
      call();
    } catch (error) {
      reportUnhandled(error);
    }
  }
  async function run(): Promise<void> {
    try {
      for await (const value of start(stop.signal)) notify(() => observer.next?.(value));
      notify(() => observer.complete?.());
    } catch (error) {
      notify(() => (observer.error ?? reportUnhandled)(error));
    }
  }
  void run();
  return { unsubscribe: () => stop.abort() };
}

function reportUnhandled(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
