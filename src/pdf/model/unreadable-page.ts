import { JobError } from '../../errors.ts';
import type { ExtractedPage, PageFailureCode } from './document.ts';

/** Reasons why no engine could read a page, for people. */
export const pageFailureMessages: Record<PageFailureCode, string> = {
  DAMAGED: 'The page is too damaged to read.',
  TIME_LIMIT: 'The page took too long to read.',
  MEMORY_LIMIT: 'The page needed more memory than its limit.',
  CRASH: 'The page made the extraction engines crash.',
};

/** A page that no engine can read. */
export class UnreadablePageError extends Error {
  readonly page: number;
  readonly failure: PageFailureCode;

  constructor(page: number, failure: PageFailureCode, options: { cause?: unknown } = {}) {
    super(`page ${page} cannot be read`, options);
    this.name = 'UnreadablePageError';
    this.page = page;
    this.failure = failure;
  }
}

/** Returns a page without content. */
export function unreadablePage({ page: number, failure }: UnreadablePageError): ExtractedPage {
  return {
    number,
    label: null,
    width: 0,
    height: 0,
    rotation: 0,
    text: '',
    markdown: '',
    links: [],
    details: {
      engine: null,
      fallback: null,
      ocrReason: null,
      ocr: null,
      language: null,
      hidden: [],
      annotations: [],
      formFields: [],
      blocks: [],
    },
    failure,
  };
}

/** Failure codes of a document because of a page. */
const codes = {
  DAMAGED: 'PDF_DAMAGED',
  TIME_LIMIT: 'TIME_LIMIT',
  MEMORY_LIMIT: 'MEMORY_LIMIT',
  CRASH: 'PDF_CRASHES_EXTRACTOR',
} as const;

/** Returns the error of a document that must be read completely but has an unreadable page. */
export function failureOfDocument({ page, failure, cause }: UnreadablePageError): JobError {
  const detail = pageFailureMessages[failure].replace('The page', `Page ${page}`);
  return new JobError(codes[failure], { detail, page, cause });
}

/** Returns the error of a document whose pages are all unreadable; `failure` is that of the first one. */
export function failureOfAll(failure: PageFailureCode): JobError {
  return new JobError(codes[failure], { detail: `None of the pages can be read. ${pageFailureMessages[failure]}` });
}
