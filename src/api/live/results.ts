import type { ExecutionResult } from 'graphql';
import type { Cursor } from '../../progress/state.ts';
import type { Watcher } from '../../progress/watcher.ts';

/** Returns the result of an event. `over` aborts when the result was sent, or when no client waits for it any more. */
type ResultOf = (state: Cursor, over: AbortSignal) => ExecutionResult | Promise<ExecutionResult>;
type Then = (next: IteratorResult<ExecutionResult>) => void;
type Fail = (error: unknown) => void;

/** How a transport delivers the results of a subscription. */
export interface Delivery {
  /** Sends a result, and calls back when it has been sent. */
  send: (result: ExecutionResult, sent: () => void) => void;
  /** Resolves when the client can take another result, because unread results should not fill the memory. */
  whenReady?: () => Promise<void>;
}

export interface ResultsOptions {
  resultOf: ResultOf;
  /** Whether other subscribers get the same results. Shared results are small, and never wait for a single client. */
  areShared: boolean;
  /** Calls back when it is this client's turn. */
  inTurn: (begin: () => void) => void;
}

/** The signal of shared results: no subscriber ends them for the others. */
const { signal: never } = new AbortController();

/**
 * The results of a subscription. They are iterable because transport libraries recognize subscriptions by that. Send
 * them with `sendAll`.
 */
export class Results implements AsyncIterableIterator<ExecutionResult> {
  readonly #source: Watcher<Cursor>;
  readonly #options: ResultsOptions;
  #whenReady: Delivery['whenReady'];
  #state: 'waiting' | 'making' | 'sending' = 'waiting';
  #hasLeft = false;
  /** Aborts the result being executed or sent; null for a shared one. */
  #current: AbortController | null = null;

  constructor(source: Watcher<Cursor>, options: ResultsOptions) {
    this.#source = source;
    this.#options = options;
  }

  /**
   * Sends each result once the previous one has been sent. For a slow client, the newest state waits in the hub instead
   * of a queue in its socket. Settles after the last result.
   */
  sendAll({ send, whenReady }: Delivery): Promise<void> {
    this.#whenReady = whenReady;
    return new Promise((resolve, reject) => {
      const sendNext = () =>
        this.#take((next) => {
          if (next.done) return resolve();
          this.#state = 'sending';
          send(next.value, sendNext);
        }, reject);
      sendNext();
    });
  }

  /** Whether the subscription waits for an event and holds no result in memory. */
  get isWaiting(): boolean {
    return this.#state === 'waiting';
  }

  next(): Promise<IteratorResult<ExecutionResult>> {
    return new Promise((resolve, reject) => this.#take(resolve, reject));
  }

  async return(): Promise<IteratorResult<ExecutionResult>> {
    this.#hasLeft = true;
    // A result being sent stays in memory until it has been sent.
    if (this.#state !== 'sending') this.#current?.abort();
    await this.#source.return();
    return { value: undefined, done: true };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #take(then: Then, fail: Fail): void {
    this.#current?.abort();
    this.#current = null;
    this.#state = 'waiting';
    this.#source.take((next) => {
      if (next.done) return then(next);
      this.#state = 'making';
      this.#options.inTurn(() => this.#execute(next.value, then, fail));
    });
  }

  #execute(state: Cursor, then: Then, fail: Fail): void {
    if (this.#hasLeft) {
      then({ value: undefined, done: true });
      return;
    }
    if (!this.#options.areShared) {
      this.#executeAlone(state).then(then).catch(fail);
      return;
    }
    try {
      const result = this.#options.resultOf(state, never);
      if ('then' in result) result.then((value) => then({ value, done: false })).catch(fail);
      else then({ value: result, done: false });
    } catch (error) {
      fail(error);
    }
  }

  async #executeAlone(state: Cursor): Promise<IteratorResult<ExecutionResult>> {
    const current = new AbortController();
    const { signal } = current;
    this.#current = current;
    try {
      await this.#whenReady?.();
      signal.throwIfAborted();
      const value = await this.#options.resultOf(state, signal);
      if (!signal.aborted) return { value, done: false };
    } catch (error) {
      if (!signal.aborted) throw error;
    }
    // The client has left.
    return { value: undefined, done: true };
  }
}
