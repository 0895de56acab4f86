import type { EngineName } from '../pdf/model/document.ts';
import type { ImageRequest } from '../pdf/model/images.ts';

/**
 * The costs learned from completed work. The first five are seconds per unit. They are stored as logarithms, because
 * costs vary by factors; so are BYTES and PAGES, which predict the amount of work.
 *
 *   DOWNLOAD      per byte, by size of the document
 *   OPEN          per document, by size
 *   EXTRACT       per page, by number of pages and bytes per page
 *   OCR           the same for jobs with OCR: extraction, and OCR where needed
 *   RENDER        the images of a page, by format and pixels
 *   STORE         per document: its last pages and the transition
 *   BYTES         bytes of a document from a URL
 *   PAGES         pages of a document, by size
 *   PACE          how much slower the machine currently is than usual, as a factor; from the last few jobs only
 *   SERVICE       seconds of a whole attempt that completed its job; no logarithm, because it is summed
 *   WAIT          how much later than forecast waiting jobs were done, as a factor scaled to a wait of ten seconds
 *   ETA_ERROR     the error of an estimate in seconds, by the moment of the estimate
 *   ETA_COVERAGE  whether its interval contained the end: 0 or 1, no logarithm
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
  /** Empty if no engine is involved. */
  engine: EngineName | '';
  size: string;
}

/** The observations under one key; `weight` is their number. */
export interface LearnedCost extends CostKey {
  weight: number;
  mean: number;
  variance: number;
}

/** Mean and variance of a logarithm. */
export interface LogNormal {
  mean: number;
  variance: number;
}

/** Measures that depend on the load of the machine. */
const computed: Measure[] = ['OPEN', 'EXTRACT', 'OCR', 'RENDER', 'STORE'];

/** The weight of prior assumptions, in observations. */
const priorWeight = 2;

/** Each class spans a factor of four. */
function sizeClass(value: number, unit: number, classes: number): number {
  return Math.min(classes, Math.max(0, Math.ceil(Math.log(value / unit) / Math.log(4))));
}

function bytesClass(bytes: number): number {
  return sizeClass(bytes, 16 * 1024, 8);
}

/** The keys of the costs of a document's stages. Unknown sizes count as the usual one. */
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
    size: `${images.format}/${sizeClass(pixelsOf(images), minPixels, 5)}`,
  }),
  store: (): CostKey => ({ measure: 'STORE', engine: '', size: '' }),
  bytes: (): CostKey => ({ measure: 'BYTES', engine: '', size: '' }),
  pages: (bytes: number | null): CostKey => ({ measure: 'PAGES', engine: '', size: byBytes(bytes) }),
  pace: (): CostKey => ({ measure: 'PACE', engine: '', size: '' }),
  service: (): CostKey => ({ measure: 'SERVICE', engine: '', size: '' }),
  wait: (): CostKey => ({ measure: 'WAIT', engine: '', size: '' }),
};

const usualBytes = 300 * 1024;

/** The pixels of the smallest images, on paper of the usual proportions. */
const minPixels = 60_000;

function pixelsOf({ thumbnailWidth, pageImageWidth }: ImageRequest): number {
  return Math.SQRT2 * ((thumbnailWidth ?? 0) ** 2 + (pageImageWidth ?? 0) ** 2);
}

/** Seconds per million pixels, in addition to some milliseconds per page. */
const pixelSeconds: Record<string, number> = { PNG: 0.02, JPEG: 0.035, WEBP: 0.08 };

function byBytes(bytes: number | null): string {
  return String(bytesClass(bytes ?? usualBytes));
}

/** Seconds per page by number of pages, measured on one core of a small server. Learned costs soon outweigh them. */
const pageSeconds = [0.03, 0.02, 0.012, 0.01, 0.01, 0.01, 0.01];

/** The same for OCR, by bytes per page: the larger, the likelier it is an image. */
const ocrSeconds = [0.03, 0.1, 0.6, 1.5, 1.8];

/** The assumptions of a new installation. */
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
      const millions = (minPixels * 4 ** Number(pixels)) / 1e6;
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
      // All jobs ahead may be slower by the same factor, that of the machine, so their errors do not average out.
      return { mean: 0, variance: 0.9 ** 2 };
    case 'PACE':
    case 'ETA_ERROR':
    case 'ETA_COVERAGE':
      return { mean: 0, variance: 0 };
  }
}

/**
 * Returns expected costs. Uses the learned cost of the size class. While that has few observations, it is shifted by
 * what was learned for other sizes, such as a machine twice as fast as assumed. Initially, uses the assumptions of a
 * new installation.
 */
export class Costs {
  readonly #learned = new Map<string, LearnedCost>();
  /** By measure and engine: how much all sizes together differ from the assumption. */
  readonly #offsets = new Map<string, { sum: number; weight: number }>();
  /** The logarithm of the factor by which computing currently takes longer. */
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
    // Only half, because unusual load does not last.
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
    // Observations of other sizes on the same machine help, but only partly.
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

  /** The factor by which waits of this length usually differ from the forecast, and the relative spread. */
  wait(seconds: number): { factor: number; spread: number } {
    const { mean, variance } = this.#usual(costKeys.wait());
    const scale = waitScale(seconds);
    // Short waits vary more, but no systematic error is known for them.
    return { factor: Math.exp(mean / Math.max(1, scale)), spread: Math.sqrt(variance) / scale };
  }

  /** Returns the cost learned for exactly this key; null if no work has completed for it. */
  learned(key: CostKey): LearnedCost | null {
    return this.#learned.get(keyOf(key)) ?? null;
  }
}

/**
 * Scales the error of a forecast to that of a wait of ten seconds. In a long wait, large and small jobs average out,
 * but a slow machine stays slow.
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
