import { JobError } from '../errors.ts';

/** The two clocks of an attempt: all of it, and since its last progress. When one runs out it aborts with the failure. */
export class Deadlines implements Disposable {
  readonly #controller = new AbortController();
  readonly #noProgressSeconds: number;
  readonly #whole: NodeJS.Timeout;
  #idle: NodeJS.Timeout;

  constructor({ timeoutSeconds, noProgressSeconds }: { timeoutSeconds: number; noProgressSeconds: number }) {
    this.#noProgressSeconds = noProgressSeconds;
    this.#whole = setTimeout(() => {
      this.#abort('TIME_LIMIT', `The job did not finish within ${timeoutSeconds} seconds.`);
    }, timeoutSeconds * 1000);
    this.#idle = this.#armIdle();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Something was done. */
  progressed(): void {
    this.#idle.refresh();
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#whole);
    clearTimeout(this.#idle);
  }

  #armIdle(): NodeJS.Timeout {
    return setTimeout(() => {
      this.#abort('NO_PROGRESS', `No page was finished for ${this.#noProgressSeconds} seconds.`);
    }, this.#noProgressSeconds * 1000);
  }

  #abort(code: 'TIME_LIMIT' | 'NO_PROGRESS', detail: string): void {
    this.#controller.abort(new JobError(code, { detail }));
  }
}
