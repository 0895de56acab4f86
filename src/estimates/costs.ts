import type { EngineName } from '../pdf/model/document.ts';
import type { ImageRequest } from '../pdf/model/images.ts';

/**
 * What is learned of the work done. The first five are seconds a unit and kept as logarithms, as costs spread by factors;
 * so are BYTES and PAGES, which say how much work there will be before that is known.
 *
 *   DOWNLOAD      a byte, by size of the document
 *   OPEN          a document, by size
 *   EXTRACT       a page, by how many there are and how many bytes each has
 *   OCR           a page, likewise, of a job that asks for OCR: reading and, where it is needed, OCR
 *   RENDER        the images of a page, by format and pixels
 *   STORE         a document: its last pages and the transition
 *   BYTES         bytes of a document from a URL
 *   PAGES         pages of a document, by size
 *   PACE          by what factor the machine is slower just now than it used to be: of the last few jobs only
 *   SERVICE       seconds of a whole attempt that completed its job, no logarithm: it is summed up
 *   WAIT          by what factor jobs that waited were done later than forecast, scaled to a wait of ten seconds
 *   ETA_ERROR     seconds by which an estimate was wrong, by the moment when it was made
 *   ETA_COVERAGE  how often its interval held: 0 or 1, no logarithm
 */
export type Measure =
  | 'DOWNLOAD'
  | 'OPEN'
  | 'EXTRACT'
  | 'OCR'
  | 'RENDER'
  | 'STORE'
  | 'BYTES'
  | 'PAGES'
  | 'PACE'
  | 'SERVICE'
  | 'WAIT'
  | 'ETA_ERROR'
  | 'ETA_COVERAGE';

export interface CostKey {
  measure: Measure;
  /** Empty where no engine is involved. */
  engine: EngineName | '';
  size: string;
}

/** What was observed under one key; `weight` observations are behind it. */
export interface LearnedCost extends CostKey {
  weight: number;
  mean: number;
  variance: number;
}

/** Mean and variance of the logarithm of something. */
export interface LogNormal {
  mean: number;
  variance: number;
}

/** What takes longer on a machine that is busy. */
const computed: Measure[] = ['OPEN', 'EXTRACT', 'OCR', 'RENDER', 'STORE'];

/** What is assumed before anything is known counts like so many observations. */
const priorWeight = 2;

/** Four times the size is the next class. */
function sizeClass(value: number, unit: number, classes: number): number {
  return Math.min(classes, Math.max(0, Math.ceil(Math.log(value / unit) / Math.log(4))));
}

function bytesClass(bytes: number): number {
  return sizeClass(bytes, 16 * 1024, 8);
}

/** Where the cost of a document's stages is kept. Bytes that are not known yet count as a usual document's. */
export const costKeys = {
  download: (bytes: number | null): CostKey => ({ measure: 'DOWNLOAD', engine: '', size: byBytes(bytes) }),
  open: (engine: EngineName, bytes: number | null): CostKey => ({ measure: 'OPEN', engine, size: byBytes(bytes) }),
  extract: (engine: EngineName, pages: number, bytesPerPage: number, ocr: boolean): CostKey => ({
    measure: ocr ? 'OCR' : 'EXTRACT',
    engine,
    size: `${sizeClass(pages, 1, 6)}/${sizeClass(bytesPerPage, 4 * 1024, 4)}`,
  }),
  render: (engine: EngineName, images: ImageRequest): CostKey => ({
    measure: 'RENDER',
    engine,
    size: `${images.format}/${sizeClass(pixelsOf(images), leastPixels, 5)}`,
  }),
  store: (): CostKey => ({ measure: 'STORE', engine: '', size: '' }),
  bytes: (): CostKey => ({ measure: 'BYTES', engine: '', size: '' }),
  pages: (bytes: number | null): CostKey => ({ measure: 'PAGES', engine: '', size: byBytes(bytes) }),
  pace: (): CostKey => ({ measure: 'PACE', engine: '', size: '' }),
  service: (): CostKey => ({ measure: 'SERVICE', engine: '', size: '' }),
  wait: (): CostKey => ({ measure: 'WAIT', engine: '', size: '' }),
};

const usualBytes = 300 * 1024;

/** Of the smaller images, on paper of the usual shape. */
const leastPixels = 60_000;

function pixelsOf({ thumbnailWidth, pageImageWidth }: ImageRequest): number {
  return Math.SQRT2 * ((thumbnailWidth ?? 0) ** 2 + (pageImageWidth ?? 0) ** 2);
}

/** Seconds a million pixels, beside some milliseconds a page. */
const pixelSeconds: Record<string, number> = { PNG: 0.02, JPEG: 0.035, WEBP: 0.08 };

function byBytes(bytes: number | null): string {
  return String(bytesClass(bytes ?? usualBytes));
}

/** Seconds a page by the number of pages, as measured on one core of a small server; what is learned soon outweighs it. */
const pageSeconds = [0.03, 0.02, 0.012, 0.01, 0.01, 0.01, 0.01];

/** The same by how many bytes each has, where OCR is asked for: the more, the likelier it is a picture. */
const ocrSeconds = [0.03, 0.1, 0.6, 1.5, 1.8];

/** What a fresh installation assumes. */
function prior({ measure, engine, size }: CostKey): LogNormal {
  const slower = engine === 'PDFJS' ? 2.5 : 1;
  // The middle of the class.
  const bytes = 8 * 1024 * 4 ** (Number(size) || 0);
  switch (measure) {
    case 'DOWNLOAD':
      return { mean: Math.log(0.2 / bytes + 1 / 5e6), variance: 1.5 };
    case 'OPEN':
      return { mean: Math.log(0.03 + bytes / 20e6), variance: 1 };
    case 'EXTRACT':
      return { mean: Math.log(slower * (pageSeconds[Number(size.split('/')[0])] ?? 0.01)), variance: 1 };
    case 'OCR':
      return { mean: Math.log(ocrSeconds[Number(size.split('/')[1])] ?? 1.8), variance: 1.5 };
    case 'RENDER': {
      const [format = '', pixels = ''] = size.split('/');
      const millions = (leastPixels * 4 ** Number(pixels)) / 1e6;
      return { mean: Math.log(slower * (0.005 + (pixelSeconds[format] ?? 0) * millions)), variance: 1 };
    }
    case 'STORE':
      return { mean: Math.log(0.02), variance: 0.5 };
    case 'BYTES':
      return { mean: Math.log(usualBytes), variance: 2 };
    case 'PAGES':
      return { mean: Math.log(Math.max(1, bytes / 20e3)), variance: 1 };
    case 'SERVICE':
      return { mean: 1, variance: 4 };
    case 'WAIT':
      // All jobs before it may be slower by the same factor, the machine's: that does not even out.
      return { mean: 0, variance: 0.9 ** 2 };
    case 'PACE':
    case 'ETA_ERROR':
    case 'ETA_COVERAGE':
      return { mean: 0, variance: 0 };
  }
}

/**
 * Answers what something costs: what was learned for its very size, and as long as that is little, what was learned of
 * the other sizes (this machine is twice as fast as assumed, say), and at first what a fresh installation assumes.
 */
export class Costs {
  readonly #learned = new Map<string, LearnedCost>();
  /** By measure and engine: by how much all sizes together differ from what was assumed. */
  readonly #offsets = new Map<string, { sum: number; weight: number }>();
  /** The logarithm of the factor by which computing takes longer just now. */
  readonly pace: number;

  constructor(learned: LearnedCost[] = []) {
    for (const cost of learned) {
      this.#learned.set(keyOf(cost), cost);
      const group = groupOf(cost);
      const offset = this.#offsets.get(group) ?? { sum: 0, weight: 0 };
      offset.sum += cost.weight * (cost.mean - prior(cost).mean);
      offset.weight += cost.weight;
      this.#offsets.set(group, offset);
    }
    const pace = this.learned(costKeys.pace());
    // Half of it: what is unusual does not last.
    this.pace = pace === null ? 0 : (0.5 * pace.mean * pace.weight) / (pace.weight + priorWeight);
  }

  of(key: CostKey): LogNormal {
    const { mean, variance } = this.#usual(key);
    return computed.includes(key.measure) ? { mean: mean + this.pace, variance } : { mean, variance };
  }

  #usual(key: CostKey): LogNormal {
    const assumed = prior(key);
    const offset = this.#offsets.get(groupOf(key)) ?? { sum: 0, weight: 0 };
    const mean = assumed.mean + offset.sum / (offset.weight + priorWeight);
    // Other sizes on the same machine say a good deal, but not all.
    const variance = assumed.variance * (0.25 + 0.75 / (1 + offset.weight / 4));
    const learned = this.#learned.get(keyOf(key));
    if (learned === undefined) return { mean, variance };
    const all = priorWeight + learned.weight;
    const distance = learned.mean - mean;
    const spread =
      (priorWeight * variance + learned.weight * learned.variance) / all +
      (priorWeight * learned.weight * distance ** 2) / all ** 2;
    // The mean itself is uncertain, too.
    return { mean: (priorWeight * mean + learned.weight * learned.mean) / all, variance: spread * (1 + 1 / all) };
  }

  /** By what factor a wait of so many seconds usually differs from what was forecast, and by what part of it that varies. */
  wait(seconds: number): { factor: number; spread: number } {
    const { mean, variance } = this.#usual(costKeys.wait());
    const scale = waitScale(seconds);
    // A short wait may vary the more; that it is always wrong in one direction is not known of it.
    return { factor: Math.exp(mean / Math.max(1, scale)), spread: Math.sqrt(variance) / scale };
  }

  /** What was learned under this key alone; null if nothing was. */
  learned(key: CostKey): LearnedCost | null {
    return this.#learned.get(keyOf(key)) ?? null;
  }
}

/**
 * By what the error of a forecast is multiplied to be compared with that of ten seconds: over a long wait large jobs and small ones
 * even out, but a machine that is slower than usual stays so.
 */
export function waitScale(seconds: number): number {
  return (Math.max(1, seconds) / 10) ** 0.25;
}

export function keyOf({ measure, engine, size }: CostKey): string {
  return `${measure} ${engine} ${size}`;
}

function groupOf({ measure, engine }: CostKey): string {
  return `${measure} ${engine}`;
}
