/**
 * The catalogue of everything that can go wrong in a way a client may act on. Codes are stable: clients branch on them.
 * Two kinds, never mixed: a *request* fails (a top-level GraphQL error, nothing was accepted), or a *job* fails (data in
 * `Job.failure`, the request was fine). `docs/errors.md` documents every code; a test holds the two together.
 */

/** Whose fault a failed job is: the document's, the world's, too much work, or ours. Decides whether a retry makes sense. */
export type FailureCategory = 'INPUT' | 'TRANSIENT' | 'RESOURCE' | 'INTERNAL';

interface FailureEntry {
  readonly category: FailureCategory;
  /** What happened, for people. Never contains data from the document. */
  readonly message: string;
  /** What to do about it. */
  readonly advice: string;
}

/** Why a job can fail. */
export const failures = {
  DOWNLOAD_NOT_FOUND: {
    category: 'INPUT',
    message: 'The URL answered that there is no such document.',
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
    message: 'The URL leads to a private or reserved address.',
    advice: 'Upload the file, or have the operator add the host to PRIVATE_HOSTS_ALLOWED.',
  },
  NOT_A_PDF: {
    category: 'INPUT',
    message: 'The bytes are not a PDF.',
    advice: 'Send the PDF itself: a web page, an image or an Office file has to be converted first.',
  },
  PDF_EMPTY: {
    category: 'INPUT',
    message: 'The document has no bytes at all.',
    advice: 'Check the export or upload that produced the file; it was probably cut off at the start.',
  },
  PDF_NO_PAGES: {
    category: 'INPUT',
    message: 'The document is a PDF without a single page.',
    advice: 'Check the program that produced the file.',
  },
  PDF_ENCRYPTED: {
    category: 'INPUT',
    message: 'The document is encrypted and needs a password.',
    advice: 'Send the job again with options.password.',
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
      'Get the file again from its origin; it may have been truncated on the way. Saving it anew in a PDF viewer can repair it.',
  },
  PDF_CRASHES_EXTRACTOR: {
    category: 'INPUT',
    message: 'The document makes every extraction engine crash.',
    advice: 'Saving it anew in a PDF viewer often removes the cause. The job is not tried again.',
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
    message: 'The extraction process stopped answering without using the processor.',
    advice: 'The job is tried again by itself in a fresh process.',
  },
  WORKER_LOST: {
    category: 'TRANSIENT',
    message: 'The worker that ran the job disappeared.',
    advice: 'The job runs again on another worker by itself.',
  },
  EXTRACTOR_KILLED: {
    category: 'TRANSIENT',
    message: 'The extraction process was killed from outside.',
    advice: 'The job runs again by itself. If it happens often, the machine is short of memory.',
  },
  QUARANTINED: {
    category: 'INPUT',
    message: 'This document crashed an extraction engine before and is quarantined.',
    advice: 'Have an operator lift the quarantine if the cause is gone.',
  },
  STORAGE_UNAVAILABLE: {
    category: 'TRANSIENT',
    message: 'The storage that holds the document could not be read or written.',
    advice: 'Try again; if it goes on, the operator should check the storage and its free space.',
  },
  INTERNAL: {
    category: 'INTERNAL',
    message: 'Pagehive failed on this document in an unexpected way.',
    advice: 'Try again; if it fails again, report it with the job id.',
  },
} as const satisfies Record<string, FailureEntry>;

export type FailureCode = keyof typeof failures;

export const failureCodes = Object.keys(failures) as [FailureCode, ...FailureCode[]];

export function isFailureCode(code: string): code is FailureCode {
  return Object.hasOwn(failures, code);
}

/** Thrown where a job cannot go on; becomes `Job.failure`. `detail` refines the catalogue's message and is shown to clients. */
export class JobError extends Error {
  readonly code: FailureCode;
  /** The page that caused it, if one did. */
  readonly page: number | null;

  constructor(code: FailureCode, options: { detail?: string; page?: number | null; cause?: unknown } = {}) {
    super(options.detail ?? failures[code].message, { cause: options.cause });
    this.name = 'JobError';
    this.code = code;
    this.page = options.page ?? null;
  }
}

interface RequestErrorEntry {
  readonly status: number;
  readonly message: string;
  readonly advice: string;
}

/** Why a request can fail. `status` is the HTTP status of plain HTTP endpoints; GraphQL answers 200 as its HTTP spec says. */
export const requestErrors = {
  BAD_USER_INPUT: {
    status: 400,
    message: 'The input is not valid.',
    advice: 'Mend what extensions.issues names; each has the path of the bad value.',
  },
  NOT_FOUND: {
    status: 404,
    message: 'There is no such thing, or it is not yours.',
    advice: 'Check the id; deleted things are gone for good.',
  },
  UPLOAD_INCOMPLETE: {
    status: 409,
    message: 'The bytes of this upload have not arrived yet.',
    advice: 'PUT the file to upload.url, wait for its answer, then call createJob.',
  },
  UPLOAD_EXPIRED: {
    status: 410,
    message: 'This upload has expired.',
    advice: 'Call createUpload again and PUT the file to the new URL.',
  },
  UPLOAD_ALREADY_STORED: {
    status: 409,
    message: 'The bytes of this upload are already stored.',
    advice: 'Use the upload as it is, or create another one for other bytes.',
  },
  UPLOAD_URL_INVALID: {
    status: 403,
    message: 'The signature of this URL is not valid, or it has expired.',
    advice: 'Use the URL exactly as it was handed out, or ask for a new one.',
  },
  DOWNLOAD_URL_INVALID: {
    status: 403,
    message: 'The signature of this URL is not valid, or it has expired.',
    advice: 'Use the URL exactly as it was handed out, or ask for a new one.',
  },
  UPLOAD_MISMATCH: {
    status: 422,
    message: 'The bytes are not the ones that createUpload announced.',
    advice: 'Send exactly the announced number of bytes with the announced SHA-256.',
  },
  UPLOAD_PARTIAL: {
    status: 400,
    message: 'The request carries only a part of the document.',
    advice: 'Send the whole document in one PUT, without Content-Range.',
  },
  UNSUPPORTED_ENCODING: {
    status: 415,
    message: 'The body is compressed or wrapped, and is not unpacked here.',
    advice: 'Send the bytes as they are, without Content-Encoding.',
  },
  REQUEST_TIMEOUT: {
    status: 408,
    message: 'The body of the request arrived too slowly.',
    advice: 'Send it again over a faster connection; use createUpload and PUT for large files.',
  },
  FORBIDDEN: {
    status: 403,
    message: 'The request is not allowed.',
    advice: 'Check where the request comes from and what its credentials allow.',
  },
  OVERLOADED: {
    status: 503,
    message: 'The server has too much to do right now.',
    advice: 'Try again after the number of seconds in Retry-After.',
  },
  PAYLOAD_TOO_LARGE: {
    status: 413,
    message: 'The request is larger than its limit.',
    advice: 'Use createUpload and PUT for large files.',
  },
  IDEMPOTENCY_CONFLICT: {
    status: 409,
    message: 'This idempotency key was used for a job with other content or options.',
    advice: 'Use a new key for a new job; repeat a key only with the very same input.',
  },
  JOB_FINAL: {
    status: 409,
    message: 'The job has already ended.',
    advice: 'A job that has ended is not cancelled; a completed one is not run again.',
  },
  BATCH_FINAL: {
    status: 409,
    message: 'The batch has already ended.',
    advice: 'A batch that has ended is not cancelled; retryBatch runs its failed jobs again.',
  },
  JOB_NOT_FINAL: {
    status: 409,
    message: 'The job has not ended yet.',
    advice: 'Cancel the job or wait for its end, then call again.',
  },
  RESULT_TOO_LARGE: {
    status: 413,
    message: 'The text is too large for one GraphQL answer.',
    advice: 'Ask for its `download`, or read it page by page with `pages`.',
  },
  SERVICE_UNAVAILABLE: {
    status: 503,
    message: 'The database cannot be reached right now.',
    advice: 'Try again in a few seconds, createJob with the same idempotencyKey: it may or may not have been done.',
  },
  INTERNAL_SERVER_ERROR: {
    status: 500,
    message: 'Something unexpected went wrong.',
    advice: 'Try again; if it goes on, report it with the time of the request.',
  },
} as const satisfies Record<string, RequestErrorEntry>;

export type RequestErrorCode = keyof typeof requestErrors;

/** One bad value of an input. `path` leads to it through fields and list indexes. */
export interface InputIssue {
  path: (string | number)[];
  code: string;
  message: string;
}

/** Thrown where a request must be refused; becomes a GraphQL error with `extensions.code`, or an HTTP status. */
export class RequestError extends Error {
  readonly code: RequestErrorCode;
  readonly issues: InputIssue[] | null;

  constructor(code: RequestErrorCode, options: { message?: string; issues?: InputIssue[]; cause?: unknown } = {}) {
    super(options.message ?? requestErrors[code].message, { cause: options.cause });
    this.name = 'RequestError';
    this.code = code;
    this.issues = options.issues ?? null;
  }
}
