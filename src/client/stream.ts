export interface Observer<T> {
  next: (value: T) => void;
  error: (error: unknown) => void;
  complete: () => void;
}

/**
 * Something to watch, both as an async iterable (`for await`) and as an observable (`subscribe`, or `from(stream)` of RxJS).
 * Nothing happens before somebody watches, and each who does has a subscription of their own.
 */
export interface Stream<T> extends AsyncIterable<T> {
  subscribe(observer: Partial<Observer<T>> | ((value: T) => void)): { unsubscribe(): void };
  /** By this name observables know each other where there is no `Symbol.observable`. */
  '@@observable'(): Stream<T>;
}

/** Makes a stream of what starts anew for each who watches, and ends when its signal is aborted. */
export function createStream<T>(start: (signal: AbortSignal) => AsyncGenerator<T, void, undefined>): Stream<T> {
  const stream: Stream<T> = {
    subscribe: (observer) => observe(start, typeof observer === 'function' ? { next: observer } : observer),
    '@@observable': () => stream,
    [Symbol.asyncIterator]: () => iterate(start),
  };
  // Standard in no engine, but some libraries add it.
  const observable: unknown = Reflect.get(Symbol, 'observable');
  if (typeof observable === 'symbol') Object.defineProperty(stream, observable, { value: () => stream });
  return stream;
}

/** A generator's own `return` waits for the value that is being waited for; this one ends at once. */
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
  /** An observer that throws must not end the subscription of another, nor be told of its own mistake as if of ours. */
  function tell(call: () => void): void {
    if (stop.signal.aborted) return;
    try {
      call();
    } catch (error) {
      reportUnhandled(error);
    }
  }
  async function run(): Promise<void> {
    try {
      for await (const value of start(stop.signal)) tell(() => observer.next?.(value));
      tell(() => observer.complete?.());
    } catch (error) {
      tell(() => (observer.error ?? reportUnhandled)(error));
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
