import { JobError } from '../../errors.ts';
import type { Reading, SkippedPage } from '../model/extraction.ts';
import { cpuTime } from './cpu-time.ts';
import type { ExtractorChild } from './extractor-child.ts';

export interface WatchOptions {
  /** Maximum resident memory of a busy process. Beyond it, the process is killed: MEMORY_LIMIT. */
  memoryBytes: number;
  /** Interval between pings of a busy process. */
  pingMilliseconds: number;
  /** Maximum time without a response and without using the CPU. Beyond it, the process is killed: PROCESS_BLOCKED. */
  blockedMilliseconds: number;
  /** Maximum CPU time for one page. Beyond it, the process is killed and the page is lost. */
  pageMilliseconds: number;
  /** Maximum time for drawing a page, plus a tenth for each page drawn with it. Beyond it, the process is killed. */
  renderMilliseconds: number;
}

const pollMilliseconds = 250;

/** CPU share below which a process is idle: waiting threads also wake up now and then. */
const idleShare = 0.01;

/**
 * Monitors a busy extractor and records why it was killed: its job was aborted, it exceeded its memory, it read or drew
 * a page for too long, or it is blocked. A blocked process neither responds to pings nor uses the CPU, such as a
 * stopped or deadlocked one. Native code that keeps the main thread busy for minutes is work, and is left alone.
 */
export class ChildGuard implements Disposable {
  readonly #child: ExtractorChild;
  readonly #signal: AbortSignal;
  readonly #options: WatchOptions;
  readonly #timers: NodeJS.Timeout[];
  #verdict: JobError | null = null;
  #disposed = false;
  #received: number;
  #cpu: number | null = null;
  /**
   * Consecutive pings without a response. Counted instead of measuring time, because this process may have been stopped
   * itself: then only one ping was missed.
   */
  #silentPings = 0;
  /** Consecutive pings during which it drew the same pages. */
  #drawingPings = 0;
  #reading: Reading | null = null;
  #undrawn: Reading | null = null;
  /** The slow page, and the CPU time of the process when the page became slow. */
  #slow: { page: number; cpu: number } | null = null;
  #lost: SkippedPage | null = null;

  constructor(child: ExtractorChild, signal: AbortSignal, options: WatchOptions) {
    this.#child = child;
    this.#signal = signal;
    this.#options = options;
    this.#received = child.messagesReceived;
    signal.addEventListener('abort', this.#abort, { once: true });
    this.#timers = [
      setInterval(() => this.#checkLimits(), pollMilliseconds),
      setInterval(() => this.#checkLife(), options.pingMilliseconds),
    ];
    child.send({ type: 'ping' });
    if (signal.aborted) {
      child.kill();
    }
  }

  /** Call it after every wait for the child: throws the reason why the child was killed, if it was. */
  throwIfKilled(): void {
    this.#signal.throwIfAborted();
    if (this.#verdict !== null) {
      throw this.#verdict;
    }
  }

  /** Why it was killed; null if it was not, or if its job was aborted. */
  get verdict(): JobError | null {
    return this.#verdict;
  }

  /** What it was drawing when it was killed for that. The extraction can continue without these images. */
  get undrawn(): Reading | null {
    return this.#undrawn;
  }

  /** The page that it was reading when it was killed for that. The extraction can continue without this page. */
  get lost(): SkippedPage | null {
    return this.#lost;
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    for (const timer of this.#timers) {
      clearInterval(timer);
    }
    this.#signal.removeEventListener('abort', this.#abort);
  }

  readonly #abort = () => this.#child.kill();

  async #checkLimits(): Promise<void> {
    if ((await this.#child.residentMemory()) > this.#options.memoryBytes) {
      this.#condemn(new JobError('MEMORY_LIMIT'), 'MEMORY_LIMIT');
    }
    const { progress, workingPid: pid } = this.#child;
    const { slowPage } = progress;
    const cpu = slowPage === null || pid === null ? null : await cpuTime(pid);
    if (slowPage === null || cpu === null) this.#slow = null;
    else if (this.#slow?.page !== slowPage) this.#slow = { page: slowPage, cpu };
    else if (cpu - this.#slow.cpu > this.#options.pageMilliseconds) {
      this.#condemn(new JobError('TIME_LIMIT'), 'TIME_LIMIT');
    }
  }

  async #checkLife(): Promise<void> {
    const { pingMilliseconds, blockedMilliseconds, renderMilliseconds } = this.#options;
    const before = this.#cpu;
    const { workingPid } = this.#child;
    this.#cpu = workingPid === null ? null : await cpuTime(workingPid);
    const isIdle = before !== null && this.#cpu !== null && this.#cpu - before < pingMilliseconds * idleShare;
    const isSilent = this.#received === this.#child.messagesReceived;
    this.#received = this.#child.messagesReceived;
    this.#silentPings = isSilent && isIdle ? this.#silentPings + 1 : 0;
    const { reading } = this.#child.progress;
    this.#drawingPings = reading?.drawing !== undefined && reading === this.#reading ? this.#drawingPings + 1 : 0;
    this.#reading = reading;
    if (this.#drawingPings * pingMilliseconds > renderMilliseconds * (1 + (reading?.pages ?? 0) / 10)) {
      this.#condemn(new JobError('TIME_LIMIT'));
    } else if (this.#silentPings * pingMilliseconds >= blockedMilliseconds) {
      this.#condemn(new JobError('PROCESS_BLOCKED'));
    } else {
      this.#child.send({ type: 'ping' });
    }
  }

  #condemn(verdict: JobError, ofPage: SkippedPage['failure'] | null = null): void {
    // The child may have been given back during the check. Then it has another guard by now.
    if (!this.#disposed) {
      const { current, reading } = this.#child.progress;
      this.#undrawn ??= reading?.drawing === undefined ? null : reading;
      this.#lost ??= current === null || ofPage === null ? null : { ...current, failure: ofPage };
      this.#verdict ??= verdict;
      this.#child.kill();
    }
  }
}
