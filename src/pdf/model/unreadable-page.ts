import { JobError } from '../../errors.ts';
import type { ExtractedPage, PageFailureCode } from './document.ts';

/** Why no engine could read a page, for people. */
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

/** A page of which only its number and the reason are known. */
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

/** What a document fails with for want of a page. */
const codes = {
  DAMAGED: 'PDF_DAMAGED',
  TIME_LIMIT: 'TIME_LIMIT',
  MEMORY_LIMIT: 'MEMORY_LIMIT',
  CRASH: 'PDF_CRASHES_EXTRACTOR',
} as const;

/** The error of a document that has to be read as a whole, but has a page that cannot be read. */
export function failureOfDocument({ page, failure, cause }: UnreadablePageError): JobError {
  const detail = pageFailureMessages[failure].replace('The page', `Page ${page}`);
  return new JobError(codes[failure], { detail, page, cause });
}

/** The error of a document of which no page can be read, the first of them for that reason. */
export function failureOfAll(failure: PageFailureCode): JobError {
  return new JobError(codes[failure], { detail: `None of the pages can be read. ${pageFailureMessages[failure]}` });
}
