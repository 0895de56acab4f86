import { isDeepStrictEqual } from 'node:util';
import type { EngineName } from '../pdf/model/document.ts';
import type { ImageFormat, ImageRequest } from '../pdf/model/images.ts';

/** What a job shall do, as stored with it. The password is kept apart, sealed. */
export interface JobOptions {
  /** Pages to extract, as the client wrote them; null for all. */
  pages: string | null;
  engine: 'AUTO' | EngineName;
  keepHeadersFooters: boolean;
  keepHyphenation: boolean;
  /** Whether a page that cannot be read fails the job. */
  requireAllPages: boolean;
  /** Whether pages that need it are read by OCR, and for which languages. */
  ocr: boolean;
  ocrLanguages: string[];
  thumbnails: boolean;
  /** Pixels. */
  thumbnailWidth: number;
  pageImages: boolean;
  pageImageWidth: number;
  imageFormat: ImageFormat;
  timeoutSeconds: number;
  noProgressSeconds: number;
}

export const defaultOptions: JobOptions = {
  pages: null,
  engine: 'AUTO',
  keepHeadersFooters: false,
  keepHyphenation: false,
  requireAllPages: false,
  ocr: false,
  ocrLanguages: ['eng'],
  thumbnails: false,
  thumbnailWidth: 200,
  pageImages: false,
  pageImageWidth: 1_000,
  imageFormat: 'JPEG',
  timeoutSeconds: 900,
  noProgressSeconds: 120,
};

/** Options that limit an attempt; the pages are the same whatever they are. */
export const limitOptions = ['timeoutSeconds', 'noProgressSeconds'] as const satisfies (keyof JobOptions)[];

/** What a retry changes. */
export interface OptionChanges {
  /** They replace those of the job one by one. */
  options: Partial<JobOptions>;
  /** Null to keep it. */
  maxRetries: number | null;
}

export const noChanges: OptionChanges = { options: {}, maxRetries: null };

export const defaultMaxRetries = 3;
export const defaultPriority = 5;

/** By how much one step of priority moves a job in the queue: priority 0 overtakes what came up to 50 minutes before at 5. */
export const priorityIntervalSeconds = 600;

/** Options read back from the database: what an older version did not know has its default. */
export function storedOptions(value: unknown): JobOptions {
  if (typeof value !== 'object' || value === null) return defaultOptions;
  const options = { ...defaultOptions, ...value };
  // PDFIUM has taken its place.
  return 'engine' in value && value.engine === 'LITEPARSE' ? { ...options, engine: 'PDFIUM' } : options;
}

/**
 * Those that are not as by default: what makes two requests the same must not change with an upgrade that brings more options,
 * or one repeated across it would be refused.
 */
export function chosenOptions(options: JobOptions): object {
  const defaults = new Map<string, unknown>(Object.entries(defaultOptions));
  return Object.fromEntries(
    Object.entries(options).filter(([name, value]) => !isDeepStrictEqual(value, defaults.get(name))),
  );
}

/** The images that a job asks for; null for none. */
export function imageRequest(options: JobOptions): ImageRequest | null {
  const { thumbnails, thumbnailWidth, pageImages, pageImageWidth, imageFormat, timeoutSeconds } = options;
  if (!thumbnails && !pageImages) return null;
  return {
    thumbnailWidth: thumbnails ? thumbnailWidth : null,
    pageImageWidth: pageImages ? pageImageWidth : null,
    format: imageFormat,
    // The other half is for reading: who asks for images shall not lose the text.
    seconds: timeoutSeconds / 2,
    avoid: [],
  };
}

/** Options that a request gives, nulls left out. */
export type GivenOptions = Partial<JobOptions & { password: string; maxRetries: number }>;

/** The options of a request; null values are not given. */
export type OptionsInput = { [Name in keyof GivenOptions]: GivenOptions[Name] | null };

/** Options with their defaults, apart from the password. */
export interface ResolvedOptions {
  options: JobOptions;
  password: string | null;
  maxRetries: number;
}

/** Fills in the defaults. Of several inputs, the last that gives an option wins. */
export function resolveOptions(...inputs: (OptionsInput | null | undefined)[]): ResolvedOptions {
  const all = inputs.flatMap((input) => Object.entries(input ?? {}).filter(([, value]) => value != null));
  const { password, maxRetries, ...chosen }: GivenOptions = Object.fromEntries(all);
  return {
    options: { ...defaultOptions, ...chosen },
    password: password ?? null,
    maxRetries: maxRetries ?? defaultMaxRetries,
  };
}

/** Binds a sealed password to what it is for: it opens as nothing else. */
export const passwordPurpose = 'document-password';
