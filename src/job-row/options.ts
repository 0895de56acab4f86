import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { ImageRequest } from '../pdf/model/images.ts';
import { PageRangesError, parsePageRanges } from '../pdf/model/page-ranges.ts';
import type { IssueCode } from '../request-errors.ts';

/** Describes an issue of a request, with its code in the catalogue. */
const issue = (code: IssueCode, message: string) => ({ error: message, params: { code } });

const pageRanges = z.string().superRefine((value, context) => {
  try {
    parsePageRanges(value);
  } catch (error) {
    if (!(error instanceof PageRangesError)) throw error;
    context.addIssue({ code: 'custom', params: { code: 'INVALID_PAGES' satisfies IssueCode }, message: error.message });
  }
});

const language = z
  .string()
  .regex(/^[a-z]{3}(_[a-z]+)*$/, 'must be a language name of Tesseract, such as "eng" or "chi_sim"');
const maxLanguages = 4;

const pixels = (least: number, most: number) => z.number().int().min(least).max(most);
const seconds = z.number().int().min(1).max(86_400);

/**
 * Checks for the options that a request may give, except the password. A new option needs a check here and a default
 * below.
 */
export const optionChecks = {
  /** Pages to extract, as the client wrote them. */
  pages: pageRanges,
  engine: z.enum(['AUTO', 'PDFIUM', 'PDFJS']),
  keepHeadersFooters: z.boolean(),
  keepHyphenation: z.boolean(),
  /** Whether a page that cannot be read fails the job. */
  requireAllPages: z.boolean(),
  /** Whether OCR reads pages that need it. */
  ocr: z.boolean(),
  ocrLanguages: z
    .array(language)
    .min(1, 'needs at least one language')
    .max(maxLanguages, `may have at most ${maxLanguages} languages: each makes OCR slower`)
    .refine((all) => new Set(all).size === all.length, issue('DUPLICATE', 'must name each language once')),
  thumbnails: z.boolean(),
  thumbnailWidth: pixels(16, 1_000),
  pageImages: z.boolean(),
  pageImageWidth: pixels(100, 3_000),
  imageFormat: z.enum(['PNG', 'JPEG', 'WEBP']),
  timeoutSeconds: seconds,
  noProgressSeconds: seconds,
  /** Up to ten years. */
  expireAfterSeconds: z.number().int().min(1).max(315_360_000),
};

type Checks = typeof optionChecks;

/** The options of a job, as stored in its row. The password is stored separately, sealed. */
export type JobOptions = { [Name in Exclude<keyof Checks, 'pages' | 'expireAfterSeconds'>]: z.infer<Checks[Name]> } & {
  /** Null means all pages. */
  pages: string | null;
  /** Seconds from the end of the job to its deletion; null if only the retention of its tenant ends it. */
  expireAfterSeconds: number | null;
  /** The memory limit of the key or tenant, in bytes; null for that of the installation. Requests cannot set it. */
  memoryBytes: number | null;
};

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
  expireAfterSeconds: null,
  memoryBytes: null,
};

/** Options that do not change the pages of a job. */
export const limitOptions = [
  'timeoutSeconds',
  'noProgressSeconds',
  'expireAfterSeconds',
  'memoryBytes',
] as const satisfies (keyof JobOptions)[];

/** Changes of a job by a retry. */
export interface OptionChanges {
  /** Replace the options of the job. */
  options: Partial<JobOptions>;
  /** Null to keep it. */
  maxRetries: number | null;
  /** What the job keeps must be within these limits. */
  limits: RetryLimits;
}

/** The limits of a caller that retries jobs. Those that are undefined do not apply. */
export interface RetryLimits {
  timeoutSeconds?: number;
  minPriority?: number;
  maxPriority?: number;
}

export const noChanges: OptionChanges = { options: {}, maxRetries: null, limits: {} };

export const defaultMaxRetries = 3;
export const defaultPriority = 5;

/**
 * Advantage of one step of priority, in seconds of queueing: priority 0 overtakes jobs of priority 5 that are up to 50
 * minutes older.
 */
export const priorityIntervalSeconds = 600;

/** Reads stored options. Options that an older version did not know have their defaults. */
export function storedOptions(value: unknown): JobOptions {
  if (typeof value !== 'object' || value === null) return defaultOptions;
  const options = { ...defaultOptions, ...value };
  // PDFIUM has replaced LITEPARSE.
  return 'engine' in value && value.engine === 'LITEPARSE' ? { ...options, engine: 'PDFIUM' } : options;
}

/**
 * Returns the options that differ from their defaults. Requests are compared by these, so that an upgrade with new
 * options does not make repeated requests differ.
 */
export function chosenOptions(options: JobOptions): object {
  const defaults = new Map<string, unknown>(Object.entries(defaultOptions));
  return Object.fromEntries(
    Object.entries(options).filter(([name, value]) => !isDeepStrictEqual(value, defaults.get(name))),
  );
}

/** Returns the images that a job requests; null for none. */
export function imageRequest(options: JobOptions): ImageRequest | null {
  const { thumbnails, thumbnailWidth, pageImages, pageImageWidth, imageFormat, timeoutSeconds } = options;
  if (!thumbnails && !pageImages) return null;
  return {
    thumbnailWidth: thumbnails ? thumbnailWidth : null,
    pageImageWidth: pageImages ? pageImageWidth : null,
    format: imageFormat,
    // Half of the time limit is for images, so that they cannot cost the text.
    seconds: timeoutSeconds / 2,
    avoid: [],
  };
}

/** The options that a request gives. */
export type GivenOptions = Partial<JobOptions & { password: string; maxRetries: number }>;

/** Options with their defaults, apart from the password. */
export interface ResolvedOptions {
  options: JobOptions;
  password: string | null;
  maxRetries: number;
}

/** Fills in the defaults. The options of a batch item replace those of the batch. */
export function resolveOptions(given?: GivenOptions | null, ofItem?: GivenOptions | null): ResolvedOptions {
  const { password, maxRetries, ...chosen } = { ...given, ...ofItem };
  return {
    options: { ...defaultOptions, ...chosen },
    password: password ?? null,
    maxRetries: maxRetries ?? defaultMaxRetries,
  };
}

/** The purpose of a sealed password. It cannot be opened for any other. */
export const passwordPurpose = 'document-password';
