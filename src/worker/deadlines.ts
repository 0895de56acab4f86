import { JobError } from '../errors.ts';
import { afterRunning, type RunningTimer } from '../ops/running-time.ts';

/** The two clocks of an attempt: all of it, and since its last progress. When one runs out it aborts with the failure. */
export class Deadlines implements Disposable {
  readonly #controller = new AbortController();
  readonly #noProgressSeconds: number;
  readonly #whole: NodeJS.Timeout;
  #idle: RunningTimer;

  constructor({ timeoutSeconds, noProgressSeconds }: { timeoutSeconds: number; noProgressSeconds: number }) {
    this.#noProgressSeconds = noProgressSeconds;
    this.#whole = setTimeout(() => {
      this.#abort('TIME_LIMIT', `The job did not finish within ${timeoutSeconds} seconds.`);
    }, timeoutSeconds * 1000);
    this.#idle = this.#armIdle(1);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /**
   * Something was done. Of pages that are done together nothing is heard until all of them are, however well it goes; only
   * when they took so many times the limit it is certain that one of them alone took longer than that.
   */
  progressed(pagesNext = 1): void {
    this.#idle.stop();
    this.#idle = this.#armIdle(pagesNext);
  }

  /** What comes next is not up to the document, until it progresses again. */
  pause(): void {
    this.#idle.stop();
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#whole);
    this.#idle.stop();
  }

  /** Counts running time only: a paused process cannot receive progress. */
  #armIdle(pages: number): RunningTimer {
    const seconds = pages * this.#noProgressSeconds;
    const detail =
      pages === 1
        ? `No page was finished for ${seconds} seconds.`
        : `None of ${pages} pages that are read together was finished for ${seconds} seconds.`;
    return afterRunning(seconds * 1000, () => this.#abort('NO_PROGRESS', detail));
  }

  #abort(code: 'TIME_LIMIT' | 'NO_PROGRESS', detail: string): void {
    this.#controller.abort(new JobError(code, { detail }));
  }
}
