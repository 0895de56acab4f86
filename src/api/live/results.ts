import type { ExecutionResult } from 'graphql';
import type { Cursor } from '../../progress/state.ts';
import type { Watcher } from '../../progress/watcher.ts';

type ResultOf = (state: Cursor) => ExecutionResult | Promise<ExecutionResult>;
type Then = (next: IteratorResult<ExecutionResult>) => void;
type Fail = (error: unknown) => void;

/**
 * The results of a subscription. They are iterable because the transport libraries recognize them by that; `sendAll`
 * sends them.
 */
export class Results implements AsyncIterableIterator<ExecutionResult> {
  readonly #source: Watcher<Cursor>;
  readonly #resultOf: ResultOf;

  constructor(source: Watcher<Cursor>, resultOf: ResultOf) {
    this.#source = source;
    this.#resultOf = resultOf;
  }

  /**
   * Sends the results as they come, each when the previous one has been sent: for a slow client, the newest state waits
   * in the hub instead of a queue in its socket. Settles after the last one.
   */
  sendAll(send: (result: ExecutionResult, sent: () => void) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      const sendNext = () => this.#take((next) => (next.done ? resolve() : send(next.value, sendNext)), reject);
      sendNext();
    });
  }

  next(): Promise<IteratorResult<ExecutionResult>> {
    return new Promise((resolve, reject) => this.#take(resolve, reject));
  }

  async return(): Promise<IteratorResult<ExecutionResult>> {
    await this.#source.return();
    return { value: undefined, done: true };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #take(then: Then, fail: Fail): void {
    this.#source.take((next) => {
      if (next.done) then(next);
      else this.#execute(next.value, then, fail);
    });
  }

  #execute(state: Cursor, then: Then, fail: Fail): void {
    try {
      const result = this.#resultOf(state);
      if ('then' in result) result.then((value) => then({ value, done: false })).catch(fail);
      else then({ value: result, done: false });
    } catch (error) {
      fail(error);
    }
  }
}
