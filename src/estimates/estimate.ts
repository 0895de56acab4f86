import { imageRequest, storedOptions } from '../job-row/options.ts';
import type { EngineName } from '../pdf/model/document.ts';
import type { ImageRequest } from '../pdf/model/images.ts';
import { parsePageRanges } from '../pdf/model/page-ranges.ts';
import type { Estimate } from '../progress/state.ts';
import { type Costs, costKeys, type LogNormal } from './costs.ts';

/** An uncertain duration: its mean in seconds, and its variance. */
export interface Span {
  mean: number;
  variance: number;
}

export const noTime: Span = { mean: 0, variance: 0 };

export function addSpans(...spans: Span[]): Span {
  return {
    mean: spans.reduce((sum, { mean }) => sum + mean, 0),
    variance: spans.reduce((sum, { variance }) => sum + variance, 0),
  };
}

/** Maximum variance: more would come from a lack of data, and let one small job make all others uncertain. */
const maxVariance = 1.2;

/** The span of a number of units at a cost. */
export function spanOf(cost: LogNormal, units = 1): Span {
  if (units <= 0) return noTime;
  const spread = Math.min(maxVariance, cost.variance);
  const mean = units * Math.exp(cost.mean + spread / 2);
  return { mean, variance: mean ** 2 * (Math.exp(spread) - 1) };
}

/** Unpredictable delays: scheduling of the process, delivery of messages. */
const jitterSeconds = 0.05;
/** Standard deviations to either side that contain 80 % of a normal distribution. */
const sides = 1.2816;

/** Interprets a span as log-normal: its median, and the interval that should contain the time in four of five cases. */
export function quantiles({ mean, variance }: Span): { expected: number; earliest: number; latest: number } {
  if (mean <= 0) return { expected: 0, earliest: 0, latest: jitterSeconds };
  const spread = Math.sqrt(Math.log(1 + (variance + jitterSeconds ** 2) / mean ** 2));
  const expected = mean * Math.exp(-(spread ** 2) / 2);
  const factor = Math.exp(sides * spread);
  return { expected, earliest: expected / factor, latest: expected * factor };
}

/** Estimates the time one span after `since`, but not before `notBefore`; both in milliseconds. */
export function estimateAt(since: number, span: Span, notBefore: number): Estimate {
  const { expected, earliest, latest } = quantiles(span);
  const at = (seconds: number) => new Date(Math.max(notBefore, since + seconds * 1000)).toISOString();
  return { at: at(expected), earliest: at(earliest), latest: at(latest) };
}

/** The facts known about the work before the document is open. */
export interface WorkFacts {
  toDownload: boolean;
  bytes: number | null;
  /** `options.pages`. */
  ranges: string | null;
  engine: 'AUTO' | EngineName;
  /** Whether OCR is requested. */
  ocr: boolean;
  /** The number of requested pages, if an earlier attempt determined it. */
  pagesTotal: number | null;
  /** The number of pages already stored. */
  pagesStored: number;
  images: ImageRequest | null;
}

/** The columns of a job and its source that predict its work. */
export interface WorkRow {
  toDownload: boolean;
  sourceBytes: bigint | null;
  options: unknown;
  pagesTotal: number | null;
  pagesDone: number;
}

export function workFacts(row: WorkRow): WorkFacts {
  const options = storedOptions(row.options);
  const { pages, engine, ocr } = options;
  return {
    toDownload: row.toDownload,
    bytes: row.sourceBytes === null ? null : Number(row.sourceBytes),
    ranges: pages,
    engine,
    ocr,
    pagesTotal: row.pagesTotal,
    pagesStored: row.pagesTotal === null ? 0 : row.pagesDone,
    images: imageRequest(options),
  };
}

/** The expected times of an attempt's stages. */
export interface Stages {
  download: Span;
  open: Span;
  extract: Span;
  store: Span;
}

export function expectedEngine(engine: WorkFacts['engine']): EngineName {
  return engine === 'AUTO' ? 'PDFIUM' : engine;
}

/** Predicts the stages of an attempt from the costs of similar documents. */
export function expectStages(facts: WorkFacts, costs: Costs): Stages {
  const engine = expectedEngine(facts.engine);
  const bytes: LogNormal =
    facts.bytes === null ? costs.of(costKeys.bytes()) : { mean: Math.log(Math.max(1, facts.bytes)), variance: 0 };
  const byteCost = costs.of(costKeys.download(facts.bytes));
  return {
    download: facts.toDownload ? spanOf(product(bytes, byteCost)) : noTime,
    open: spanOf(costs.of(costKeys.open(engine, facts.bytes))),
    extract: extraction(facts, costs, Math.exp(bytes.mean)),
    store: spanOf(costs.of(costKeys.store())),
  };
}

export function totalOf({ download, open, extract, store }: Stages): Span {
  return addSpans(download, open, extract, store);
}

function extraction(facts: WorkFacts, costs: Costs, bytes: number): Span {
  const inDocument = costs.of(costKeys.pages(bytes));
  const pages = expectPages(facts, inDocument);
  const count = Math.exp(pages.mean);
  const engine = expectedEngine(facts.engine);
  const bytesPerPage = bytes / Math.max(count, Math.exp(inDocument.mean));
  const reading = costs.of(costKeys.extract(engine, count, bytesPerPage, facts.ocr));
  const pageCost = withRendering(reading, facts, engine, costs);
  return spanOf(product(pages, pageCost), Math.max(0, 1 - facts.pagesStored / count));
}

/** The cost of extracting a page and, if images are requested, rendering it. */
export function withRendering(
  reading: LogNormal,
  { images }: Pick<WorkFacts, 'images'>,
  engine: EngineName,
  costs: Costs,
): LogNormal {
  if (images === null) return reading;
  const rendering = costs.of(costKeys.render(engine, images));
  const [a, b] = [Math.exp(reading.mean), Math.exp(rendering.mean)];
  const variance = (a ** 2 * reading.variance + b ** 2 * rendering.variance) / (a + b) ** 2;
  return { mean: Math.log(a + b), variance };
}

/** The expected number of pages. */
function expectPages({ pagesTotal, ranges }: WorkFacts, inDocument: LogNormal): LogNormal {
  if (pagesTotal !== null) return { mean: Math.log(Math.max(1, pagesTotal)), variance: 0 };
  if (ranges === null) return inDocument;
  const expected = Math.exp(inDocument.mean);
  let certain = 0;
  let open = 0;
  for (const { first, last } of parsePageRanges(ranges)) {
    if (last === Number.POSITIVE_INFINITY) open += Math.max(1, expected - first + 1);
    else certain += last - first + 1;
  }
  const pages = Math.max(1, certain + open);
  return { mean: Math.log(pages), variance: inDocument.variance * (open / pages) };
}

function product(a: LogNormal, b: LogNormal): LogNormal {
  return { mean: a.mean + b.mean, variance: a.variance + b.variance };
}
