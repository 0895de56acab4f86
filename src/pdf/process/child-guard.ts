import { JobError } from '../../errors.ts';
import type { Reading, SkippedPage } from '../model/extraction.ts';
import { cpuTime } from './cpu-time.ts';
import type { ExtractorChild } from './extractor-child.ts';

export interface WatchOptions {
  /** Resident memory past which a busy process is killed: MEMORY_LIMIT. */
  memoryBytes: number;
  /** How often a busy process is asked for a sign of life. */
  pingMilliseconds: number;
  /** How long it may give no answer and use no CPU before it is killed: PROCESS_BLOCKED. */
  blockedMilliseconds: number;
  /** Processor time that it may take to read one page before it is killed: then that page is lost. */
  pageMilliseconds: number;
  /** How long it may draw a page before it is killed, and a tenth more for each that is drawn together with it. */
  renderMilliseconds: number;
}

const pollMilliseconds = 250;

/** Less than this part of one processor is no work: threads that only wait wake up now and then. */
const idleShare = 0.01;

/**
 * Watches over a busy extractor, and knows why it killed it: its job was aborted, it takes more memory than it may, it reads or draws
 * a page for too long, or it is blocked. Blocked is one that neither answers pings nor uses the processor, such as a stopped or
 * deadlocked one; native code that keeps its main thread from answering for minutes is work, and left alone.
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
   * Pings in a row without a sign of life. They are counted, instead of looking at the clock, because this process may have
   * been stopped itself: then only one ping was missed, however long that took.
   */
  #silentPings = 0;
  /** Pings in a row in which it drew the same. */
  #drawingPings = 0;
  #reading: Reading | null = null;
  #undrawn: Reading | null = null;
  /** The page that is slow, and the processor time of the process when it became so. */
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

  /** To be asked after every wait for the child: throws why it was killed, if it was. */
  throwIfKilled(): void {
    this.#signal.throwIfAborted();
    if (this.#verdict !== null) {
      throw this.#verdict;
    }
  }

  /** What it was drawing when it was killed for that: then its document can go on without. */
  get undrawn(): Reading | null {
    return this.#undrawn;
  }

  /** The page that it was reading when it was killed for that: then its document can go on without. */
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
    const { slowPage, pid } = this.#child;
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
    this.#cpu = this.#child.pid === null ? null : await cpuTime(this.#child.pid);
    const isIdle = before !== null && this.#cpu !== null && this.#cpu - before < pingMilliseconds * idleShare;
    const isSilent = this.#received === this.#child.messagesReceived;
    this.#received = this.#child.messagesReceived;
    this.#silentPings = isSilent && isIdle ? this.#silentPings + 1 : 0;
    const { reading } = this.#child;
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
    // The child may have been given back while it was looked at: then it has another guard by now.
    if (!this.#disposed) {
      this.#undrawn ??= this.#child.reading?.drawing === undefined ? null : this.#child.reading;
      const { current } = this.#child;
      this.#lost ??= current === null || ofPage === null ? null : { ...current, failure: ofPage };
      this.#verdict ??= verdict;
      this.#child.kill();
    }
  }
}
