import type { ExecutionResult } from 'graphql';
import type { Cursor } from '../../progress/state.ts';
import type { Watcher } from '../../progress/watcher.ts';

/** The result of an event. `over` aborts when it was sent, or nobody waits for it any more. */
type ResultOf = (state: Cursor, over: AbortSignal) => ExecutionResult | Promise<ExecutionResult>;
type Then = (next: IteratorResult<ExecutionResult>) => void;
type Fail = (error: unknown) => void;

/** What a transport does for a subscription. */
export interface Delivery {
  /** Sends a result, and calls back when it has left. */
  send: (result: ExecutionResult, sent: () => void) => void;
  /** Resolves when another result may be made for this client: what it does not read should not be in memory. */
  whenReady?: () => Promise<void>;
}

export interface ResultsOptions {
  resultOf: ResultOf;
  /** Whether results are made for others, too. They are small, and made without waiting for a single client. */
  areShared: boolean;
  /** Calls back when it is this client's turn to be sent something. */
  inTurn: (begin: () => void) => void;
}

/** Of what is shared: no subscriber ends it for the others. */
const { signal: never } = new AbortController();

/**
 * The results of a subscription. They are iterable because the transport libraries recognize them by that; `sendAll`
 * sends them.
 */
export class Results implements AsyncIterableIterator<ExecutionResult> {
  readonly #source: Watcher<Cursor>;
  readonly #options: ResultsOptions;
  #whenReady: Delivery['whenReady'];
  #state: 'waiting' | 'making' | 'sending' = 'waiting';
  #hasLeft = false;
  /** Of the result that is being made or sent; null for one that is shared. */
  #current: AbortController | null = null;

  constructor(source: Watcher<Cursor>, options: ResultsOptions) {
    this.#source = source;
    this.#options = options;
  }

  /**
   * Sends the results as they come, each when the previous one has been sent: for a slow client, the newest state waits
   * in the hub instead of a queue in its socket. Settles after the last one.
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

  /** Whether nothing of it is in memory but the subscription itself. */
  get isWaiting(): boolean {
    return this.#state === 'waiting';
  }

  next(): Promise<IteratorResult<ExecutionResult>> {
    return new Promise((resolve, reject) => this.#take(resolve, reject));
  }

  async return(): Promise<IteratorResult<ExecutionResult>> {
    this.#hasLeft = true;
    // What is being sent is in memory until it has left.
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
