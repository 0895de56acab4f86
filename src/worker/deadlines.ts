import { JobError } from '../errors.ts';
import { afterRunning, type RunningTimer } from '../ops/running-time.ts';

/** The two time limits of an attempt: total, and since the last progress. Aborts with the failure when one runs out. */
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
   * Restarts the progress limit. Pages that are read together report nothing until all are done, so their limit is
   * multiplied by their number: only then is it certain that one page alone took too long.
   */
  progressed(pagesNext = 1): void {
    this.#idle.stop();
    this.#idle = this.#armIdle(pagesNext);
  }

  /** Suspends the progress limit during work that does not depend on the document, until the next progress. */
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
