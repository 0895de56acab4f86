import { AttemptEstimate } from '../estimates/attempt.ts';
import { Costs, costKeys } from '../estimates/costs.ts';
import { type EtaMoment, learnEtaError } from '../estimates/error.ts';
import { estimateAt, workFacts } from '../estimates/estimate.ts';
import type { CostsLearner } from '../estimates/learner.ts';
import { progressOf } from '../job-row/job.ts';
import type { Claim } from '../jobs/claim.ts';
import { ProcessMetrics } from '../ops/process-metrics.ts';
import type { OpenedEvent } from '../pdf/model/extraction.ts';
import type { Estimate, ProgressState } from '../progress/state.ts';

/** Fine updates are limited to ten per second. The claim itself was published just before the first. */
const publishEveryMs = 100;
/** Minimum change of an estimate to publish, relative to the remaining time. */
const minChange = 0.05;

type Change = Partial<Pick<ProgressState, 'stage' | 'pagesDone' | 'pagesTotal' | 'bytesDone' | 'bytesTotal'>>;

/** What progress is learned from and counted by. */
export interface ProgressSinks {
  learner: Pick<CostsLearner, 'costs' | 'learn'>;
  metrics: ProcessMetrics;
}

/** Used without a worker: the assumptions of a new installation, without learning. */
const withoutWorker = (): ProgressSinks => ({
  learner: { costs: new Costs(), learn: () => {} },
  metrics: new ProcessMetrics(),
});

/**
 * The progress of one attempt, owned by the worker that holds the claim. Counts its updates from 1, never lets the
 * percentage fall, and publishes no more often than users can see. PostgreSQL gets a coarse version with each renewal
 * of the lease.
 */
export class JobProgress {
  readonly #jobChanged: (state: ProgressState) => void;
  readonly #learner: ProgressSinks['learner'];
  readonly #metrics: ProcessMetrics;
  readonly #attempt: AttemptEstimate;
  readonly #startedAt = performance.now();
  /** Estimates at some moments, to be compared with the actual end. */
  readonly #guesses = new Map<EtaMoment, Estimate>();
  #stageBegan = performance.now();
  #pagesBefore: number;
  #state: ProgressState;
  #timer: NodeJS.Timeout | null = null;
  #lastPublished = performance.now();

  constructor(claim: Claim, jobChanged: (state: ProgressState) => void, { learner, metrics } = withoutWorker()) {
    this.#jobChanged = jobChanged;
    this.#learner = learner;
    this.#metrics = metrics;
    this.#pagesBefore = claim.pagesDone;
    const facts = workFacts({ ...claim, toDownload: claim.sourceStorageKey === null });
    this.#attempt = new AttemptEstimate(facts, learner.costs, learner.learn);
    this.#state = { ...progressOf(claim), estimate: this.#estimate(), queuePosition: null };
  }

  get state(): ProgressState {
    return this.#state;
  }

  /** Number of pages that this attempt has read. */
  get pagesRead(): number {
    return this.#state.pagesDone - this.#pagesBefore;
  }

  update(change: Change): ProgressState {
    const now = performance.now();
    if (change.stage === 'DOWNLOAD') this.#attempt.downloading(now);
    if (change.stage === 'OPEN') this.#attempt.opening(now);
    if (change.stage === 'STORE') this.#attempt.storing(now);
    if (change.bytesDone != null) this.#attempt.downloaded(change.bytesDone, change.bytesTotal ?? null, now);
    if (change.pagesDone != null) this.#attempt.extracted(change.pagesDone - this.#pagesBefore, now);
    return this.#next(change);
  }

  /** The document is open: from now on, the amount of work is known. */
  opened({ engine, facts, pagesTotal, pagesStored }: OpenedEvent): ProgressState {
    this.#pagesBefore = pagesStored;
    this.#attempt.opened({ engine, pageCount: facts.pageCount, pagesTotal, pagesStored }, performance.now());
    const state = this.#next({ stage: 'EXTRACT', pagesTotal, pagesDone: pagesStored });
    this.#guesses.set('opened', this.#estimate());
    return state;
  }

  /** OCR is reading a page; `pages` are ready, some of them not stored yet. */
  reading(pagesReady: number): ProgressState {
    this.#attempt.extracted(pagesReady - this.#pagesBefore, performance.now());
    return this.#next({ stage: 'OCR' });
  }

  /** The pages of the current group are being rendered. */
  drawing(): ProgressState {
    this.#attempt.rendering(performance.now());
    return this.#next({ stage: 'RENDER' });
  }

  /** Updates percentage and estimate for the time that passed, even if nothing was finished. */
  tick(): void {
    const before = this.#state;
    const { at } = this.#estimate();
    const left = Date.parse(at) - Date.now();
    const moved = Math.abs(Date.parse(at) - Date.parse(before.estimate?.at ?? at));
    const percent = Math.floor(this.#attempt.percent(performance.now()));
    if (percent > before.percent || moved > Math.max(500, minChange * left)) this.#next({});
  }

  /** The job is COMPLETED: learn its costs. */
  completed(): void {
    const now = performance.now();
    const { learn } = this.#learner;
    this.#attempt.completed(now);
    learn(costKeys.service(), (now - this.#startedAt) / 1000);
    for (const [moment, guess] of this.#guesses) learnEtaError(learn, moment, guess, Date.now());
  }

  /** Drops unpublished updates: the transition that follows replaces them. */
  end(): void {
    this.#endStage();
    this.#stopTimer();
  }

  #endStage(): void {
    const now = performance.now();
    this.#metrics.stageEnded(this.#state.stage, (now - this.#stageBegan) / 1_000);
    this.#stageBegan = now;
  }

  #stopTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #next(change: Change): ProgressState {
    if (change.stage !== undefined && change.stage !== this.#state.stage) this.#endStage();
    const estimate = this.#estimate();
    const percent = Math.max(this.#state.percent, Math.floor(this.#attempt.percent(performance.now())));
    const at = new Date().toISOString();
    this.#state = { ...this.#state, ...change, seq: this.#state.seq + 1, at, percent, estimate };
    if (percent >= 50 && !this.#guesses.has('half')) this.#guesses.set('half', estimate);
    const wait = this.#lastPublished + publishEveryMs - performance.now();
    if (wait <= 0) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), wait);
    return this.#state;
  }

  #flush(): void {
    this.#stopTimer();
    this.#lastPublished = performance.now();
    this.#jobChanged(this.#state);
  }

  #estimate(): Estimate {
    const now = Date.now();
    return estimateAt(now, this.#attempt.rest(performance.now()), now);
  }
}
