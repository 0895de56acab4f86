import type { EngineName } from '../pdf/model/document.ts';
import { groupSize } from '../pdf/model/page-groups.ts';
import { type Costs, costKeys, type LogNormal } from './costs.ts';
import {
  addSpans,
  expectedEngine,
  expectStages,
  noTime,
  type Span,
  type Stages,
  spanOf,
  type WorkFacts,
  withRendering,
} from './estimate.ts';
import type { Learn } from './learner.ts';

/** The variance of the logarithm of one part's cost within a document, relative to the document's mean. */
const withinDocument = 0.3;
/** The size of one part of a download, in bytes. */
const downloadPart = 256 * 1024;
/** 100 is reserved for COMPLETED. */
const maxPercent = 99;

/** Minimum duration of an extraction, in seconds, from which the speed of the machine is learned. */
const minLearnedSeconds = 0.2;
/** Shorter times cannot be distinguished from message latency. */
const minSeconds = 0.01;

type Stage = keyof Stages;

/** Countable work: `done` of `total` units took until `progressedAt`. */
interface Counted {
  done: number;
  total: number;
  /** Units reported at a time. */
  part: number;
  cost: LogNormal;
  progressedAt: number;
}

/**
 * Estimates the progress of one attempt and the time that it still needs. Stages are weighted by their expected cost
 * for this document. In a stage with countable units, the observed cost replaces the expected one as more of it is
 * done. Times are in milliseconds of any monotonic clock.
 */
export class AttemptEstimate {
  readonly #costs: Costs;
  readonly #learn: Learn;
  #facts: WorkFacts;
  #engine: EngineName;
  #bytesPerPage = 0;
  #stage: Stage | null = null;
  #stageSince = 0;
  #counted: Counted | null = null;
  /** Time that the current stage has spent on rendering pages, and since when it is rendering. */
  #drawnMs = 0;
  #drawingSince: number | null = null;
  /** The expected times of the stages: for the current one in total, as expected when it began. */
  #expected: Stages;
  /** The percentage at the start of the stage. */
  #base = 0;

  constructor(facts: WorkFacts, costs: Costs, learn: Learn) {
    this.#facts = facts;
    this.#costs = costs;
    this.#learn = learn;
    this.#engine = expectedEngine(facts.engine);
    this.#expected = expectStages(facts, costs);
  }

  downloading(now: number): void {
    this.#enter('download', now);
  }

  downloaded(done: number, total: number | null, now: number): void {
    if (total !== null && this.#facts.bytes !== total) {
      this.#base = Math.max(this.#base, this.percent(now));
      this.#facts = { ...this.#facts, bytes: total };
      this.#expected = expectStages(this.#facts, this.#costs);
    }
    // If the server does not send the total: the usual size, but at least one and a half times what has arrived.
    const expected = total ?? Math.max(1.5 * done, Math.exp(this.#costs.of(costKeys.bytes()).mean));
    this.#count({ done, total: expected, part: downloadPart, cost: this.#costs.of(costKeys.download(total)) }, now);
  }

  opening(now: number): void {
    if (this.#stage === 'download' && this.#counted !== null) {
      const { done } = this.#counted;
      this.#facts = { ...this.#facts, bytes: done };
      this.#learn(costKeys.bytes(), Math.log(done));
      this.#learn(costKeys.download(done), Math.log(this.#seconds(now) / done));
    }
    this.#enter('open', now);
    this.#facts = { ...this.#facts, toDownload: false };
    this.#expected = expectStages(this.#facts, this.#costs);
  }

  /** May be called again if another engine starts over. */
  opened(found: { engine: EngineName; pageCount: number; pagesTotal: number; pagesStored: number }, now: number): void {
    const { bytes, ranges, ocr } = this.#facts;
    this.#engine = found.engine;
    this.#bytesPerPage = (bytes ?? 0) / Math.max(1, found.pageCount);
    if (this.#stage === 'open') this.#learn(costKeys.open(found.engine, bytes), Math.log(this.#seconds(now)));
    if (ranges === null && bytes !== null) this.#learn(costKeys.pages(bytes), Math.log(found.pageCount));
    const total = found.pagesTotal - found.pagesStored;
    const reading = this.#costs.of(costKeys.extract(found.engine, total, this.#bytesPerPage, ocr));
    const cost = withRendering(reading, this.#facts, found.engine, this.#costs);
    this.#enter('extract', now);
    this.#expected = { ...this.#expected, extract: spanOf(cost, total) };
    this.#count({ done: 0, total, part: ocr ? 1 : groupSize, cost }, now);
  }

  /** Rendering has started. It lasts until the end of the group. */
  rendering(now: number): void {
    this.#drawingSince ??= now;
  }

  /** Records that `pages` have been extracted in this attempt, including those waiting for the rest of their group. */
  extracted(pages: number, now: number): void {
    if (this.#drawingSince !== null) this.#drawnMs += now - this.#drawingSince;
    this.#drawingSince = null;
    if (this.#counted !== null) this.#count({ ...this.#counted, done: pages }, now);
  }

  storing(now: number): void {
    if (this.#stage === 'extract' && this.#counted !== null && this.#counted.done > 0) {
      const { done, progressedAt } = this.#counted;
      const seconds = Math.max(minSeconds, (progressedAt - this.#stageSince - this.#drawnMs) / 1000);
      const { images } = this.#facts;
      if (images !== null && this.#drawnMs > 0) {
        this.#learn(costKeys.render(this.#engine, images), Math.log(this.#drawnMs / 1000 / done));
      }
      const key = costKeys.extract(this.#engine, done, this.#bytesPerPage, this.#facts.ocr);
      const usual = this.#costs.of(key).mean - this.#costs.pace;
      this.#learn(key, Math.log(seconds / done));
      // The cost of OCR depends on the pages more than on the load of the machine.
      if (!this.#facts.ocr && done * Math.exp(usual) > minLearnedSeconds)
        this.#learn(costKeys.pace(), Math.log(seconds / done) - usual);
    }
    this.#enter('store', now);
  }

  completed(now: number): void {
    if (this.#stage === 'store') this.#learn(costKeys.store(), Math.log(this.#seconds(now)));
  }

  /** Returns 0 to 99, not rounded. */
  percent(now: number): number {
    if (this.#stage === null) return 0;
    const current = this.#expected[this.#stage].mean;
    const rest = this.#later().mean;
    const share = current / Math.max(current + rest, 1e-9);
    return this.#base + (maxPercent - this.#base) * share * this.#doneOfStage(now);
  }

  /** Returns the remaining time. */
  rest(now: number): Span {
    if (this.#stage === null) return this.#later();
    return addSpans(this.#restOfStage(now), this.#later());
  }

  #enter(stage: Stage, now: number): void {
    this.#base = Math.max(this.#base, this.percent(now));
    this.#stage = stage;
    this.#stageSince = now;
    this.#counted = null;
    this.#drawnMs = 0;
    this.#drawingSince = null;
  }

  #count(counted: Omit<Counted, 'progressedAt'>, now: number): void {
    this.#counted = { ...counted, progressedAt: now };
  }

  #seconds(now: number): number {
    return Math.max(minSeconds, (now - this.#stageSince) / 1000);
  }

  #later(): Span {
    const { download, open, extract, store } = this.#expected;
    switch (this.#stage) {
      case null:
        return addSpans(download, open, extract, store);
      case 'download':
        return addSpans(open, extract, store);
      case 'open':
        return addSpans(extract, store);
      case 'extract':
        return store;
      case 'store':
        return noTime;
    }
  }

  /**
   * The cost of a unit in the current stage: the expected cost, shifted to the observed one as observations accumulate.
   */
  #unitCost({ done, part, cost, progressedAt }: Counted): LogNormal {
    if (done <= 0) return cost;
    const seen = Math.log(Math.max(minSeconds, (progressedAt - this.#stageSince) / 1000) / done);
    const [expectedWeight, seenWeight] = [1 / cost.variance, done / part / withinDocument];
    const all = expectedWeight + seenWeight;
    return { mean: (expectedWeight * cost.mean + seenWeight * seen) / all, variance: 1 / all };
  }

  #doneOfStage(now: number): number {
    if (this.#stage === null) return 0;
    if (this.#counted === null) {
      // Without units, approach the end asymptotically.
      return 1 - Math.exp(-this.#seconds(now) / Math.max(this.#expected[this.#stage].mean, 1e-3));
    }
    const { done, total, part, progressedAt } = this.#counted;
    if (total <= 0) return 1;
    // The current part counts gradually, but never as done.
    const underWay = (now - progressedAt) / 1000 / Math.exp(this.#unitCost(this.#counted).mean);
    return Math.min(total, done + Math.min(underWay, 0.9 * Math.min(part, total - done))) / total;
  }

  #restOfStage(now: number): Span {
    if (this.#stage === null) return noTime;
    if (this.#counted === null) return without(this.#expected[this.#stage], this.#seconds(now));
    const { done, total, part, progressedAt } = this.#counted;
    const left = total - done;
    if (left <= 0) return noTime;
    const { mean, variance } = this.#unitCost(this.#counted);
    const noise = done > 0 ? withinDocument * Math.min(1, part / left) : 0;
    return without(spanOf({ mean, variance: variance + noise }, left), (now - progressedAt) / 1000);
  }
}

/** The rest of a span after some time. An overdue span takes some more, with large uncertainty. */
function without({ mean, variance }: Span, seconds: number): Span {
  const left = Math.max(mean - seconds, 0.3 * seconds);
  return { mean: left, variance: Math.min(variance, (3 * left) ** 2) };
}
