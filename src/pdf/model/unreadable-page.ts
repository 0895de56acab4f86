import { JobError } from '../../errors.ts';
import type { ExtractedPage, PageFailureCode } from './document.ts';

/** Why no engine could read a page, for people. */
export const pageFailureMessages: Record<PageFailureCode, string> = {
  DAMAGED: 'The page is too damaged to read.',
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

/** Why a document fails that has to be read as a whole, but has a page that cannot be read. */
export function failureOfDocument(page: number, cause?: unknown): JobError {
  return new JobError('PDF_DAMAGED', { detail: `Page ${page} is too damaged to read.`, page, cause });
}
