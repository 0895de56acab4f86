import { type Job, progressOf } from '../jobs/job.ts';
import type { Publish } from '../progress/publish.ts';
import type { ProgressState } from '../progress/state.ts';

/** Fine updates: ten a second at most. The claim itself was published just before the first. */
const publishEveryMs = 100;

/** How much of the bar each part is worth, until costs are learned: a URL's download a sixth, extraction the rest. */
const downloadShare = 15;
/** 100 is for COMPLETED alone. */
const mostBeforeTheEnd = 99;

type Change = Partial<Pick<ProgressState, 'stage' | 'pagesDone' | 'pagesTotal' | 'bytesDone' | 'bytesTotal'>>;

/**
 * The progress of one attempt, held by whoever holds the claim: counts its updates from 1, never lets the percentage fall,
 * and publishes not more often than anybody can see. PostgreSQL gets the coarse ones with each renewal of the lease.
 */
export class JobProgress {
  readonly #publish: Publish;
  readonly #withDownload: boolean;
  #state: ProgressState;
  #timer: NodeJS.Timeout | null = null;
  #lastPublished = Date.now();

  constructor(job: Job, withDownload: boolean, publish: Publish) {
    this.#state = progressOf(job);
    this.#withDownload = withDownload;
    this.#publish = publish;
  }

  get state(): ProgressState {
    return this.#state;
  }

  update(change: Change): ProgressState {
    const next: ProgressState = { ...this.#state, ...change, seq: this.#state.seq + 1, at: new Date().toISOString() };
    next.percent = Math.max(this.#state.percent, this.#percent(next));
    this.#state = next;
    const wait = this.#lastPublished + publishEveryMs - Date.now();
    if (wait <= 0) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), wait);
    return next;
  }

  /** What is not published yet never will be: the transition that follows says more. */
  end(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #flush(): void {
    this.end();
    this.#lastPublished = Date.now();
    this.#publish(this.#state);
  }

  #percent(state: ProgressState): number {
    const begin = this.#withDownload ? downloadShare : 0;
    if (state.stage === 'QUEUED') return 0;
    if (state.stage === 'DOWNLOAD') {
      return state.bytesTotal ? Math.floor((begin * (state.bytesDone ?? 0)) / state.bytesTotal) : 0;
    }
    if (!state.pagesTotal) return begin;
    return Math.floor(begin + ((mostBeforeTheEnd - begin) * state.pagesDone) / state.pagesTotal);
  }
}
