import { AttemptEstimate } from '../estimates/attempt.ts';
import { Costs, costKeys } from '../estimates/costs.ts';
import { type EtaMoment, learnEtaError } from '../estimates/error.ts';
import { estimateAt, workFacts } from '../estimates/estimate.ts';
import type { CostsLearner } from '../estimates/learner.ts';
import { progressOf } from '../job-row/job.ts';
import type { Claim } from '../jobs/claim.ts';
import type { OpenedEvent } from '../pdf/model/extraction.ts';
import type { Estimate, ProgressState } from '../progress/state.ts';

/** Fine updates: ten a second at most. The claim itself was published just before the first. */
const publishEveryMs = 100;
/** An estimate that moved by less than this part of what is left is no news. */
const newsworthy = 0.05;

type Change = Partial<Pick<ProgressState, 'stage' | 'pagesDone' | 'pagesTotal' | 'bytesDone' | 'bytesTotal'>>;

/** Without a worker around it: a fresh installation's assumptions, and nothing is learned. */
const untaught: Pick<CostsLearner, 'costs' | 'learn'> = { costs: new Costs(), learn: () => {} };

/**
 * The progress of one attempt, held by whoever holds the claim: counts its updates from 1, never lets the percentage fall,
 * and publishes not more often than anybody can see. PostgreSQL gets the coarse ones with each renewal of the lease.
 */
export class JobProgress {
  readonly #jobChanged: (state: ProgressState) => void;
  readonly #learner: Pick<CostsLearner, 'costs' | 'learn'>;
  readonly #attempt: AttemptEstimate;
  readonly #startedAt = performance.now();
  /** What was expected at some moments, to be held against what comes. */
  readonly #guesses = new Map<EtaMoment, Estimate>();
  #pagesBefore = 0;
  #state: ProgressState;
  #timer: NodeJS.Timeout | null = null;
  #lastPublished = performance.now();

  constructor(claim: Claim, jobChanged: (state: ProgressState) => void, learner = untaught) {
    this.#jobChanged = jobChanged;
    this.#learner = learner;
    const facts = workFacts({ ...claim, toDownload: claim.sourceStorageKey === null });
    this.#attempt = new AttemptEstimate(facts, learner.costs, learner.learn);
    this.#state = { ...progressOf(claim), estimate: this.#estimate(), queuePosition: null };
  }

  get state(): ProgressState {
    return this.#state;
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

  /** The document is open: from here on it is known what there is to do. */
  opened({ engine, facts, pagesTotal, pagesStored }: OpenedEvent): ProgressState {
    this.#pagesBefore = pagesStored;
    this.#attempt.opened({ engine, pageCount: facts.pageCount, pagesTotal, pagesStored }, performance.now());
    const state = this.#next({ stage: 'EXTRACT', pagesTotal, pagesDone: pagesStored });
    this.#guesses.set('opened', this.#estimate());
    return state;
  }

  /** OCR reads a page; so many are ready, some of them not stored yet. */
  reading(pagesReady: number): ProgressState {
    this.#attempt.extracted(pagesReady - this.#pagesBefore, performance.now());
    return this.#next({ stage: 'OCR' });
  }

  /** Pages of the group under way are drawn. */
  drawing(): ProgressState {
    this.#attempt.rendering(performance.now());
    return this.#next({ stage: 'RENDER' });
  }

  /** Time passed. Where nothing was finished meanwhile, that alone moves percentage and estimate. */
  tick(): void {
    const before = this.#state;
    const { at } = this.#estimate();
    const left = Date.parse(at) - Date.now();
    const moved = Math.abs(Date.parse(at) - Date.parse(before.estimate?.at ?? at));
    const percent = Math.floor(this.#attempt.percent(performance.now()));
    if (percent > before.percent || moved > Math.max(500, newsworthy * left)) this.#next({});
  }

  /** The job is COMPLETED: what it took is worth knowing. */
  completed(): void {
    const now = performance.now();
    const { learn } = this.#learner;
    this.#attempt.completed(now);
    learn(costKeys.service(), (now - this.#startedAt) / 1000);
    for (const [moment, guess] of this.#guesses) learnEtaError(learn, moment, guess, Date.now());
  }

  /** What is not published yet never will be: the transition that follows says more. */
  end(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #next(change: Change): ProgressState {
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
    this.end();
    this.#lastPublished = performance.now();
    this.#jobChanged(this.#state);
  }

  #estimate(): Estimate {
    const now = Date.now();
    return estimateAt(now, this.#attempt.rest(performance.now()), now);
  }
}
