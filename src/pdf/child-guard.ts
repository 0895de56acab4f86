import { JobError } from '../errors.ts';
import type { ExtractorChild } from './extractor-child.ts';

const pollMilliseconds = 250;

/** Watches over a busy extractor: kills it when its job is aborted or it takes more memory than it may, and knows why. */
export class ChildGuard implements Disposable {
  readonly #child: ExtractorChild;
  readonly #signal: AbortSignal;
  readonly #timer: NodeJS.Timeout;
  #overLimit = false;

  constructor(child: ExtractorChild, signal: AbortSignal, memoryBytes: number) {
    this.#child = child;
    this.#signal = signal;
    signal.addEventListener('abort', this.#kill, { once: true });
    this.#timer = setInterval(async () => {
      if ((await child.residentMemory()) > memoryBytes) {
        this.#overLimit = true;
        child.kill();
      }
    }, pollMilliseconds);
    if (signal.aborted) {
      child.kill();
    }
  }

  readonly #kill = () => this.#child.kill();

  /** To be asked after every wait for the child: throws why it was killed, if it was. */
  throwIfKilled(): void {
    this.#signal.throwIfAborted();
    if (this.#overLimit) {
      throw new JobError('MEMORY_LIMIT');
    }
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#signal.removeEventListener('abort', this.#kill);
  }
}
