import { type LimitName, usualLimitOf } from './refusal-limits.ts';
import { type IssueCode, type RequestErrorCode, requestErrors } from './request-errors.ts';

/**
 * The catalogue of all errors that a client may act on. Codes are stable: clients branch on them. There are two kinds,
 * never mixed: a *request* fails (a top-level GraphQL error, nothing was accepted), or a *job* fails (data in
 * `Job.failure`, the request was fine). `docs/errors.md` documents every code; a test compares the two.
 */

/** The cause of a failed job: the document, the environment, too much work, or Pagehive. Decides whether to retry. */
export type FailureCategory = 'INPUT' | 'TRANSIENT' | 'RESOURCE' | 'INTERNAL';

interface FailureEntry {
  readonly category: FailureCategory;
  /** What happened, for people. Never contains data from the document. */
  readonly message: string;
  /** How to fix it. */
  readonly advice: string;
}

/** The reasons for which a job can fail. */
export const failures = {
  DOWNLOAD_NOT_FOUND: {
    category: 'INPUT',
    message: 'The server found no document at the URL.',
    advice: 'Check the URL; open it in a browser that is not logged in.',
  },
  DOWNLOAD_REFUSED: {
    category: 'INPUT',
    message: 'The URL refused access to the document.',
    advice: 'Use a URL that needs no login, such as a pre-signed one, or upload the file.',
  },
  DOWNLOAD_TIMEOUT: {
    category: 'TRANSIENT',
    message: 'The download took too long.',
    advice: 'Try again, or upload the file instead of sending a URL.',
  },
  DOWNLOAD_FAILED: {
    category: 'TRANSIENT',
    message: 'The document could not be downloaded.',
    advice: 'Check that the server is reachable from where Pagehive runs, then try again.',
  },
  ADDRESS_FORBIDDEN: {
    category: 'INPUT',
    message: 'The URL leads to an address or port that is not allowed.',
    advice:
      'Upload the file, or have the operator add the host to PRIVATE_HOSTS_ALLOWED or the port to OUTBOUND_PORTS.',
  },
  NOT_A_PDF: {
    category: 'INPUT',
    message: 'The bytes are not a PDF.',
    advice: 'Send the PDF itself: a web page, an image or an Office file has to be converted first.',
  },
  PDF_EMPTY: {
    category: 'INPUT',
    message: 'The document is empty.',
    advice: 'Check the export or upload that produced the file; it was probably cut off at the start.',
  },
  PDF_NO_PAGES: {
    category: 'INPUT',
    message: 'The document is a PDF without pages.',
    advice: 'Check the program that produced the file.',
  },
  PDF_ENCRYPTED: {
    category: 'INPUT',
    message: 'The document is encrypted and needs a password.',
    advice:
      'Send the job again with options.password. A document that is encrypted for certificates or by rights management has to be saved without encryption first.',
  },
  PDF_WRONG_PASSWORD: {
    category: 'INPUT',
    message: 'The password does not open the document.',
    advice: 'Check the password, upper and lower case included, and send the job again.',
  },
  PDF_DAMAGED: {
    category: 'INPUT',
    message: 'The document is too damaged to read.',
    advice:
      'Get the file again from its origin; it may have been truncated on the way. Saving it again in a PDF viewer can repair it.',
  },
  PDF_CRASHES_EXTRACTOR: {
    category: 'INPUT',
    message: 'The document makes every extraction engine crash.',
    advice: 'Saving it again in a PDF viewer often removes the cause. The job is not retried.',
  },
  PAGES_OUT_OF_RANGE: {
    category: 'INPUT',
    message: 'options.pages names no page that the document has.',
    advice: 'Send the job again with pages that exist, or without options.pages for all of them.',
  },
  OCR_LANGUAGE_MISSING: {
    category: 'INPUT',
    message: 'OCR has no data for a language of options.ocrLanguages.',
    advice: 'Have the operator install the npm package with its data, or send the job again with other languages.',
  },
  SIZE_LIMIT: {
    category: 'RESOURCE',
    message: 'The document is larger than the byte limit.',
    advice: 'Split the document, or have the operator raise MAX_DOCUMENT_BYTES.',
  },
  QUOTA_EXCEEDED: {
    category: 'RESOURCE',
    message: 'The document would exceed the quota of stored bytes.',
    advice: 'Delete jobs that you no longer need, or ask the operator for a higher quota; then call retryJob.',
  },
  QUOTA_RESERVED: {
    category: 'TRANSIENT',
    message: 'Documents that arrive at the same time have reserved the rest of the quota of stored bytes.',
    advice: 'Call retryJob when they have arrived, or ask the operator for a higher quota.',
  },
  PAGE_LIMIT: {
    category: 'RESOURCE',
    message: 'The document has more pages than the page limit.',
    advice: 'Send ranges of it with options.pages, or have the operator raise MAX_PAGES.',
  },
  TIME_LIMIT: {
    category: 'RESOURCE',
    message: 'The job did not finish within its time limit.',
    advice: 'Raise options.timeoutSeconds, or send fewer pages at a time with options.pages.',
  },
  MEMORY_LIMIT: {
    category: 'RESOURCE',
    message: 'Extraction needed more memory than its limit.',
    advice: 'Send fewer pages at a time with options.pages, or have the operator raise EXTRACTOR_MEMORY_BYTES.',
  },
  NO_PROGRESS: {
    category: 'RESOURCE',
    message: 'No page was finished for as long as the job allows.',
    advice:
      'Raise options.noProgressSeconds if single pages are that slow; else leave the page out with options.pages.',
  },
  PROCESS_BLOCKED: {
    category: 'RESOURCE',
    message: 'The extraction process stopped responding without using the processor.',
    advice: 'The job is retried automatically in a new process.',
  },
  WORKER_LOST: {
    category: 'TRANSIENT',
    message: 'The worker that ran the job disappeared.',
    advice: 'The job is retried automatically on another worker.',
  },
  INTERRUPTED: {
    category: 'TRANSIENT',
    message: 'The job was interrupted too often before it finished another page.',
    advice:
      'Retry the job. If it is interrupted again, have the operator check why workers restart or PostgreSQL crashes.',
  },
  EXTRACTOR_KILLED: {
    category: 'TRANSIENT',
    message: 'The extraction process was killed from outside.',
    advice: 'The job is retried automatically. If this happens often, the machine is short of memory.',
  },
  QUARANTINED: {
    category: 'INPUT',
    message: 'This document crashed an extraction engine before and is quarantined.',
    advice: 'Have an operator lift the quarantine if the cause is gone.',
  },
  STORAGE_UNAVAILABLE: {
    category: 'TRANSIENT',
    message: 'The storage that holds the document could not be read or written.',
    advice: 'Try again; if it persists, the operator should check the storage and its free space.',
  },
  INTERNAL: {
    category: 'INTERNAL',
    message: 'Pagehive failed unexpectedly on this document.',
    advice: 'Try again; if it fails again, report it with the job id.',
  },
} as const satisfies Record<string, FailureEntry>;

export type FailureCode = keyof typeof failures;

export const failureCodes = Object.keys(failures) as [FailureCode, ...FailureCode[]];

export function isFailureCode(code: string): code is FailureCode {
  return Object.hasOwn(failures, code);
}

/** Ends an attempt; becomes `Job.failure`. `detail` replaces the catalogue's message and is shown to clients. */
export class JobError extends Error {
  readonly code: FailureCode;
  /** The page that caused it, if any. */
  readonly page: number | null;
  /** The delay that a server requested before the next try, in seconds; null if none did. */
  readonly retryAfterSeconds: number | null;

  constructor(
    code: FailureCode,
    options: { detail?: string; page?: number | null; retryAfterSeconds?: number | null; cause?: unknown } = {},
  ) {
    super(options.detail ?? failures[code].message, { cause: options.cause });
    this.name = 'JobError';
    this.code = code;
    this.page = options.page ?? null;
    this.retryAfterSeconds = options.retryAfterSeconds ?? null;
  }
}

/** An invalid value of an input. `path` leads to it through fields and list indexes. */
export interface InputIssue {
  path: (string | number)[];
  code: IssueCode;
  message: string;
}

interface RequestErrorOptions {
  message?: string;
  issues?: InputIssue[];
  details?: Readonly<Record<string, number | string>>;
  /** The limit that refused the request, if it is not the usual one of the code. */
  limit?: LimitName;
  cause?: unknown;
}

/** Refuses a request; becomes a GraphQL error with `extensions.code`, or an HTTP status. */
export class RequestError extends Error {
  readonly code: RequestErrorCode;
  readonly issues: InputIssue[] | null;
  /**
   * Facts that explain the refusal, such as the cost of an operation and its limit; included in `extensions`. An
   * `advice` replaces that of the catalogue.
   */
  readonly details: Readonly<Record<string, number | string>>;
  /** The limit that refused the request, for metrics; null if none did. */
  readonly limit: LimitName | null;

  constructor(code: RequestErrorCode, options: RequestErrorOptions = {}) {
    super(options.message ?? requestErrors[code].message, { cause: options.cause });
    this.name = 'RequestError';
    this.code = code;
    this.issues = options.issues ?? null;
    this.details = options.details ?? {};
    this.limit = options.limit ?? usualLimitOf(code);
  }
}
