/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** Why the bytes of an attachment are not kept. */
export type AttachmentOmission =
  /** The job was done by a version that only listed attachments. Run it again. */
  | 'NOT_STORED'
  /** The attachments of a document are kept as long as they fit in 128 MiB, or what the operator allows. */
  | 'TOO_LARGE'
  /** It is damaged, or not in the document but elsewhere. */
  | 'UNREADABLE';

/** One document of a batch. */
export type BatchItemInput = {
  /** Your own data, 16 KiB at most: comes back exactly as it came, also in webhooks. Numbers beyond ±(2^53 − 1) are refused, as they would be rounded; send them as strings. */
  metadata?: Record<string, unknown> | null | undefined;
  /** A label of your own, 500 characters at most. */
  name?: string | null | undefined;
  /** What is different for this document from the options of the batch. */
  options?: JobOptionsInput | null | undefined;
  /** The document. */
  source: BatchSourceInput;
};

/** The document of an item: exactly one of these. */
export type BatchSourceInput = {
  /** The bytes themselves (RFC 4648). A whole request carries 25 MiB of them at most. */
  base64?: string | null | undefined;
  /** The id of a job: its document again. Several items may name the same one. */
  job?: string | null | undefined;
  /** The id of an upload whose bytes have arrived. Several items may name the same one. */
  upload?: string | null | undefined;
  /** http or https; downloaded by a worker, 1 GiB at most. Private addresses are refused. */
  url?: string | null | undefined;
};

/** Where a batch stands. It is final when all its jobs are; a retry of one of them opens it again. */
export type BatchStatus =
  /** All jobs have ended, by `cancelBatch` or each by `cancelJob`. */
  | 'CANCELLED'
  /** All jobs have ended and none has failed. */
  | 'COMPLETED'
  /** All jobs have ended; some are FAILED, none is COMPLETED. */
  | 'FAILED'
  /** All jobs have ended; some are COMPLETED, some FAILED. */
  | 'PARTIALLY_FAILED'
  /** No job has started. */
  | 'PENDING'
  /** Some jobs have started or ended, not all have ended. */
  | 'RUNNING';

/** Many documents at once. */
export type CreateBatchInput = {
  /** Makes repeating safe: the same key gives the same batch. Other content under the same key is the error IDEMPOTENCY_CONFLICT; jobs and batches share the keys. 255 characters at most. */
  idempotencyKey?: string | null | undefined;
  /** The documents, 1 to 10000. Each becomes a job, also one that is there twice. */
  items: Array<BatchItemInput>;
  /** A label of your own for the batch, 500 characters at most. */
  name?: string | null | undefined;
  /** What to do with all of them. */
  options?: JobOptionsInput | null | undefined;
  /** 0 (first) to 9, default 5, of all of them. */
  priority?: number | null | undefined;
  /** Whom to tell of it, by default when all of it has ended. Its jobs are told of only if their events are named. */
  webhook?: WebhookInput | null | undefined;
};

/** A document and what to do with it. */
export type CreateJobInput = {
  /** Makes repeating safe: the same key gives the same job, until 24 hours after it was deleted. Other content or options under the same key is the error IDEMPOTENCY_CONFLICT. 255 characters at most. */
  idempotencyKey?: string | null | undefined;
  /** Your own data, 16 KiB at most: comes back exactly as it came, also in webhooks. Numbers beyond ±(2^53 − 1) are refused, as they would be rounded; send them as strings. */
  metadata?: Record<string, unknown> | null | undefined;
  /** A label of your own, 500 characters at most. */
  name?: string | null | undefined;
  /** What to do. */
  options?: JobOptionsInput | null | undefined;
  /** 0 (first) to 9, default 5. One step is worth ten minutes of waiting, so nothing starves. */
  priority?: number | null | undefined;
  /** Not before this. */
  runAt?: string | null | undefined;
  /** The document. */
  source: JobSourceInput;
  /** Whom to tell of it, by default when it has ended. */
  webhook?: WebhookInput | null | undefined;
};

/** What is going to be sent; all of it optional. */
export type CreateUploadInput = {
  /** Its size, 1 GiB at most; other bytes are then refused. */
  bytes?: number | null | undefined;
  /** Its media type. Default application/pdf. */
  contentType?: string | null | undefined;
  /** Its name, 255 characters at most. */
  filename?: string | null | undefined;
  /** Its SHA-256 in hex; other bytes are then refused. */
  sha256?: string | null | undefined;
};

/** What reads the pages. */
export type Engine =
  /** LITEPARSE, and PDFJS where that fails. */
  | 'AUTO'
  /** PDFium and layout rules, native: fast, best Markdown. */
  | 'LITEPARSE'
  /** Mozilla's pdf.js: slower, opens some documents that the other refuses. */
  | 'PDFJS';

/** Whose fault a failure is; decides whether it is tried again. */
export type FailureCategory =
  /** The document's: it fails the same way every time. Never retried. */
  | 'INPUT'
  /** Ours. Retried with growing pauses; please report it. */
  | 'INTERNAL'
  /** Too much: time, memory, bytes or pages. */
  | 'RESOURCE'
  /** The world's: a download, a lost worker. Retried with growing pauses. */
  | 'TRANSIENT';

/** Why a job failed. The codes are stable; docs/errors.md explains each. */
export type FailureCode =
  /** The URL leads to a private or reserved address. (INPUT) */
  | 'ADDRESS_FORBIDDEN'
  /** The document could not be downloaded. (TRANSIENT) */
  | 'DOWNLOAD_FAILED'
  /** The URL answered that there is no such document. (INPUT) */
  | 'DOWNLOAD_NOT_FOUND'
  /** The URL refused access to the document. (INPUT) */
  | 'DOWNLOAD_REFUSED'
  /** The download took too long. (TRANSIENT) */
  | 'DOWNLOAD_TIMEOUT'
  /** The extraction process was killed from outside. (TRANSIENT) */
  | 'EXTRACTOR_KILLED'
  /** Pagehive failed on this document in an unexpected way. (INTERNAL) */
  | 'INTERNAL'
  /** The job was interrupted too often before it finished another page. (TRANSIENT) */
  | 'INTERRUPTED'
  /** Extraction needed more memory than its limit. (RESOURCE) */
  | 'MEMORY_LIMIT'
  /** The bytes are not a PDF. (INPUT) */
  | 'NOT_A_PDF'
  /** No page was finished for as long as the job allows. (RESOURCE) */
  | 'NO_PROGRESS'
  /** OCR has no data for a language of options.ocrLanguages. (INPUT) */
  | 'OCR_LANGUAGE_MISSING'
  /** options.pages names no page that the document has. (INPUT) */
  | 'PAGES_OUT_OF_RANGE'
  /** The document has more pages than the page limit. (RESOURCE) */
  | 'PAGE_LIMIT'
  /** The document makes every extraction engine crash. (INPUT) */
  | 'PDF_CRASHES_EXTRACTOR'
  /** The document is too damaged to read. (INPUT) */
  | 'PDF_DAMAGED'
  /** The document has no bytes at all. (INPUT) */
  | 'PDF_EMPTY'
  /** The document is encrypted and needs a password. (INPUT) */
  | 'PDF_ENCRYPTED'
  /** The document is a PDF without a single page. (INPUT) */
  | 'PDF_NO_PAGES'
  /** The password does not open the document. (INPUT) */
  | 'PDF_WRONG_PASSWORD'
  /** The extraction process stopped answering without using the processor. (RESOURCE) */
  | 'PROCESS_BLOCKED'
  /** This document crashed an extraction engine before and is quarantined. (INPUT) */
  | 'QUARANTINED'
  /** The document is larger than the byte limit. (RESOURCE) */
  | 'SIZE_LIMIT'
  /** The storage that holds the document could not be read or written. (TRANSIENT) */
  | 'STORAGE_UNAVAILABLE'
  /** The job did not finish within its time limit. (RESOURCE) */
  | 'TIME_LIMIT'
  /** The worker that ran the job disappeared. (TRANSIENT) */
  | 'WORKER_LOST';

/** Why a page has no image although one was asked for. */
export type ImageFailure =
  /** No engine can draw it within the limits of memory and time. */
  | 'CANNOT_RENDER'
  /** It was not tried: drawing others went wrong too often, or took half of `timeoutSeconds` in all. */
  | 'GIVEN_UP';

/** The format of the images of pages. */
export type ImageFormat =
  /** The fastest to make, and small enough. */
  | 'JPEG'
  /** Without loss; three to five times as large. */
  | 'PNG'
  /** The smallest; takes several times as long to make. */
  | 'WEBP';

/** Which jobs; conditions are combined by "and". */
export type JobFilter = {
  /** Of this batch. */
  batch?: string | null | undefined;
  /** Accepted at or after this. */
  createdAfter?: string | null | undefined;
  /** Accepted before this. */
  createdBefore?: string | null | undefined;
  /** Whose last attempt failed with one of these. */
  failureCode?: Array<FailureCode> | null | undefined;
  /** Whose name contains this, in upper or lower case. */
  name?: string | null | undefined;
  /** In one of these states. */
  status?: Array<JobStatus> | null | undefined;
};

/** What to do with the document. */
export type JobOptionsInput = {
  /** What reads the pages. Default AUTO. */
  engine?: Engine | null | undefined;
  /** The format of both. Default JPEG. */
  imageFormat?: ImageFormat | null | undefined;
  /** Keep running headers and footers in the Markdown. Default false. */
  keepHeadersFooters?: boolean | null | undefined;
  /** Keep words parted at line ends as they are printed in the Markdown, instead of joining them. Default false. */
  keepHyphenation?: boolean | null | undefined;
  /** Retries at most, 0 to 20. Default 3. */
  maxRetries?: number | null | undefined;
  /** How long an attempt may go without finishing a page, or n times that of n pages read together; 1 to 86400. Default 120. */
  noProgressSeconds?: number | null | undefined;
  /** Read pages by OCR that are pictures or have letters without meaning (see Page.ocrReason); other pages as ever. Such a page takes a second or two of a processor. Default false. */
  ocr?: boolean | null | undefined;
  /** The languages that OCR looks for, the most frequent one first: 1 to 4 of Tesseract's names, such as "eng", "deu" or "chi_sim". The npm package @tesseract.js-data/NAME must be installed where workers run, or the job fails with OCR_LANGUAGE_MISSING. Default ["eng"], which is there. Without `ocr` it means nothing. */
  ocrLanguages?: Array<string> | null | undefined;
  /** How many pixels wide, 100 to 3000. Default 1000. An image is narrower where it would be more than four times as high as asked wide, or have more than 16 million pixels. */
  pageImageWidth?: number | null | undefined;
  /** Make a large image of each page: `Page.imageUrl`. Default false. */
  pageImages?: boolean | null | undefined;
  /** Only these pages, such as "1-5,9,20-". */
  pages?: string | null | undefined;
  /** Opens an encrypted document. Stored sealed, never given back, erased when the job is final. */
  password?: string | null | undefined;
  /** Fail the job with PDF_DAMAGED if a page cannot be read, instead of leaving that page empty (see Page.failure). Default false. */
  requireAllPages?: boolean | null | undefined;
  /** How many pixels wide, 16 to 1000. Default 200. */
  thumbnailWidth?: number | null | undefined;
  /** Make a small image of each page: `Page.thumbnailUrl`. Default false. */
  thumbnails?: boolean | null | undefined;
  /** How long an attempt may take in all, 1 to 86400. Default 900. */
  timeoutSeconds?: number | null | undefined;
};

/** The document: exactly one of these. */
export type JobSourceInput =
  {   /** The bytes themselves (RFC 4648), 25 MiB at most once decoded. */
  base64: string; file?: never; job?: never; upload?: never; url?: never; }
  |  { base64?: never;   /** In a multipart request, 25 MiB at most. */
  file: Blob; job?: never; upload?: never; url?: never; }
  |  { base64?: never; file?: never;   /** The id of a job: its document again, without a second upload. A password has to be given again, and options are not taken over. */
  job: string; upload?: never; url?: never; }
  |  { base64?: never; file?: never; job?: never;   /** The id of an upload whose bytes have arrived: the way for large files. */
  upload: string; url?: never; }
  |  { base64?: never; file?: never; job?: never; upload?: never;   /** http or https; downloaded by a worker, 1 GiB at most. Private addresses are refused. */
  url: string; };

/** What a job is busy with. A final job keeps its last stage. */
export type JobStage =
  /** Fetching the URL's document. */
  | 'DOWNLOAD'
  /** Reading pages; `pagesDone` counts them. */
  | 'EXTRACT'
  /** Reading pages by OCR. The percentage moves with each of them; `pagesDone` counts those that are stored, up to 16 at a time. */
  | 'OCR'
  /** Opening the document: password, page count, outline. */
  | 'OPEN'
  /** Waiting: PENDING or RETRYING. */
  | 'QUEUED'
  /** Drawing the images of pages: it takes turns with EXTRACT, group by group. */
  | 'RENDER'
  /** Writing the result. */
  | 'STORE';

/** Where a job stands. COMPLETED, FAILED and CANCELLED are final. */
export type JobStatus =
  /** Ended by `cancelJob`. */
  | 'CANCELLED'
  /** Done: `result` is there. */
  | 'COMPLETED'
  /** Ended by `failure`. */
  | 'FAILED'
  /** Accepted and safe on disk; waits for a worker, or for `runAt`. */
  | 'PENDING'
  /** An attempt failed; the next one starts at `nextRetryAt`. */
  | 'RETRYING'
  /** A worker holds it. */
  | 'RUNNING';

/** What a result or a batch is downloaded as. docs/downloads.md has an example of each. */
export type ResultFormat =
  /** One JSON document: metadata, outline and all pages. */
  | 'JSON'
  /** The Markdown of all pages, as in `JobResult.markdown` (text/markdown; charset=utf-8). */
  | 'MARKDOWN'
  /** JSON lines: a page each; of a batch, a line for each job before those of its pages. */
  | 'NDJSON'
  /** The text of all pages, as in `JobResult.text` (text/plain; charset=utf-8). */
  | 'TEXT'
  /** An archive with the Markdown, the text, the JSON, the attachments and the images of pages; of a batch, a Markdown file for each COMPLETED job, and batch.ndjson. */
  | 'ZIP';

/** How a document came in. */
export type SourceKind =
  /** Inside the request. */
  | 'BASE64'
  /** In a multipart request. */
  | 'FILE'
  /** By `createUpload` and PUT. */
  | 'UPLOAD'
  /** Downloaded by a worker. */
  | 'URL';

/** What a webhook can tell of. */
export type WebhookEvent =
  /** The batch is CANCELLED. */
  | 'BATCH_CANCELLED'
  /** The batch is COMPLETED or PARTIALLY_FAILED: at least a part of it has a result. Look at its status. */
  | 'BATCH_COMPLETED'
  /** The batch is FAILED: no job of it is COMPLETED. */
  | 'BATCH_FAILED'
  /** The batch went past another ten percent. Several steps at once are one event. */
  | 'BATCH_PROGRESS'
  /** The job is CANCELLED. */
  | 'JOB_CANCELLED'
  /** The job is COMPLETED. */
  | 'JOB_COMPLETED'
  /** The job is FAILED: no retry is left, or none made sense. */
  | 'JOB_FAILED'
  /** The job went past another ten percent. Several steps at once are one event. */
  | 'JOB_PROGRESS'
  /** The job was accepted, or is started anew by `retryJob` or `retryBatch`. */
  | 'JOB_QUEUED'
  /** A worker has taken the job: once an attempt. */
  | 'JOB_STARTED';

/** Whom to tell of what: a URL or an endpoint, exactly one of them. docs/webhooks.md has what is sent. */
export type WebhookInput = {
  /** The id of an endpoint; what is sent there is signed with its own secret. */
  endpoint?: string | null | undefined;
  /** Which events. By default those of the endpoint, or the three ends: of the job, or of the batch. The events of jobs, on a batch, tell of each of its jobs. */
  events?: Array<WebhookEvent> | null | undefined;
  /** http or https. What is sent there is signed with `viewer.webhookSecret`. Private addresses are refused; names that lead to one, when it comes to sending. */
  url?: string | null | undefined;
};

export type BatchFragment = { id: string, revision: number, name: string | null, status: BatchStatus, total: number, pending: number, running: number, completed: number, failed: number, cancelled: number, progressPercentage: number, estimatedCompletion: string | null, estimatedCompletionEarliest: string | null, estimatedCompletionLatest: string | null, createdAt: string, finishedAt: string | null };

export type BatchQueryVariables = Exact<{
  id: string;
}>;


export type BatchQuery = { batch: { id: string, revision: number, name: string | null, status: BatchStatus, total: number, pending: number, running: number, completed: number, failed: number, cancelled: number, progressPercentage: number, estimatedCompletion: string | null, estimatedCompletionEarliest: string | null, estimatedCompletionLatest: string | null, createdAt: string, finishedAt: string | null } | null };

export type BatchesQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
}>;


export type BatchesQuery = { batches: { nodes: Array<{ id: string, revision: number, name: string | null, status: BatchStatus, total: number, pending: number, running: number, completed: number, failed: number, cancelled: number, progressPercentage: number, estimatedCompletion: string | null, estimatedCompletionEarliest: string | null, estimatedCompletionLatest: string | null, createdAt: string, finishedAt: string | null }>, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null } } };

export type BatchJobsQueryVariables = Exact<{
  id: string;
  first?: number | null | undefined;
  after?: string | null | undefined;
  filter?: JobFilter | null | undefined;
}>;


export type BatchJobsQuery = { batch: { jobs: { nodes: Array<{ batchIndex: number | null, id: string, revision: number, status: JobStatus, stage: JobStage, progressPercentage: number, name: string | null, metadata: Record<string, unknown> | null, priority: number, createdAt: string, startedAt: string | null, finishedAt: string | null, pagesDone: number, pagesTotal: number | null, retryCount: number, maxRetries: number, nextRetryAt: string | null, queuePosition: number | null, estimatedCompletion: string | null, estimatedCompletionEarliest: string | null, estimatedCompletionLatest: string | null, source: { kind: SourceKind, url: string | null, filename: string | null, bytes: number | null, sha256: string | null }, failure: { code: FailureCode, category: FailureCategory, message: string, advice: string | null, page: number | null, retryable: boolean } | null }>, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null } } } | null };

export type CreateBatchMutationVariables = Exact<{
  input: CreateBatchInput;
}>;


export type CreateBatchMutation = { createBatch: { deduplicated: boolean, batch: { id: string, revision: number, name: string | null, status: BatchStatus, total: number, pending: number, running: number, completed: number, failed: number, cancelled: number, progressPercentage: number, estimatedCompletion: string | null, estimatedCompletionEarliest: string | null, estimatedCompletionLatest: string | null, createdAt: string, finishedAt: string | null } } | null };

export type CancelBatchMutationVariables = Exact<{
  id: string;
}>;


export type CancelBatchMutation = { cancelBatch: { batch: { id: string, revision: number, name: string | null, status: BatchStatus, total: number, pending: number, running: number, completed: number, failed: number, cancelled: number, progressPercentage: number, estimatedCompletion: string | null, estimatedCompletionEarliest: string | null, estimatedCompletionLatest: string | null, createdAt: string, finishedAt: string | null } } | null };

export type RetryBatchMutationVariables = Exact<{
  id: string;
  options?: JobOptionsInput | null | undefined;
}>;


export type RetryBatchMutation = { retryBatch: { batch: { id: string, revision: number, name: string | null, status: BatchStatus, total: number, pending: number, running: number, completed: number, failed: number, cancelled: number, progressPercentage: number, estimatedCompletion: string | null, estimatedCompletionEarliest: string | null, estimatedCompletionLatest: string | null, createdAt: string, finishedAt: string | null } } | null };

export type BatchCountsFragment = { cursor: string, revision: number, batchId: string, name: string | null, status: BatchStatus, total: number, pending: number, running: number, completed: number, failed: number, cancelled: number, progressPercentage: number, estimatedCompletion: string | null, at: string };

export type BatchProgressSubscriptionVariables = Exact<{
  id: string;
  after?: string | null | undefined;
}>;


export type BatchProgressSubscription = { batchProgress: { cursor: string, revision: number, batchId: string, name: string | null, status: BatchStatus, total: number, pending: number, running: number, completed: number, failed: number, cancelled: number, progressPercentage: number, estimatedCompletion: string | null, at: string } };

export type DownloadFragment = { url: string, expiresAt: string, contentType: string, bytes: number | null };

export type DownloadQueryVariables = Exact<{
  id: string;
  format: ResultFormat;
}>;


export type DownloadQuery = { node:
    | { download: { url: string, expiresAt: string, contentType: string, bytes: number | null } }
    | { result: { download: { url: string, expiresAt: string, contentType: string, bytes: number | null } } | null }
    | Record<PropertyKey, never>
   | null };

export type AttachmentsQueryVariables = Exact<{
  id: string;
}>;


export type AttachmentsQuery = { job: { result: { attachments: Array<{ name: string, description: string | null, contentType: string, bytes: number | null, pageNumber: number | null, omitted: AttachmentOmission | null, download: { url: string, expiresAt: string, contentType: string, bytes: number | null } | null }> } | null } | null };

export type PageImagesQueryVariables = Exact<{
  id: string;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type PageImagesQuery = { job: { pages: { nodes: Array<{ number: number, thumbnailUrl: string | null, imageUrl: string | null, imageFailure: ImageFailure | null }>, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null } } } | null };

export type FailureFragment = { code: FailureCode, category: FailureCategory, message: string, advice: string | null, page: number | null, retryable: boolean };

export type JobFragment = { id: string, revision: number, status: JobStatus, stage: JobStage, progressPercentage: number, name: string | null, metadata: Record<string, unknown> | null, priority: number, createdAt: string, startedAt: string | null, finishedAt: string | null, pagesDone: number, pagesTotal: number | null, retryCount: number, maxRetries: number, nextRetryAt: string | null, queuePosition: number | null, estimatedCompletion: string | null, estimatedCompletionEarliest: string | null, estimatedCompletionLatest: string | null, source: { kind: SourceKind, url: string | null, filename: string | null, bytes: number | null, sha256: string | null }, failure: { code: FailureCode, category: FailureCategory, message: string, advice: string | null, page: number | null, retryable: boolean } | null };

export type JobQueryVariables = Exact<{
  id: string;
}>;


export type JobQuery = { job: { id: string, revision: number, status: JobStatus, stage: JobStage, progressPercentage: number, name: string | null, metadata: Record<string, unknown> | null, priority: number, createdAt: string, startedAt: string | null, finishedAt: string | null, pagesDone: number, pagesTotal: number | null, retryCount: number, maxRetries: number, nextRetryAt: string | null, queuePosition: number | null, estimatedCompletion: string | null, estimatedCompletionEarliest: string | null, estimatedCompletionLatest: string | null, result: { pageCount: number, engine: Engine | null, metadata: { title: string | null, author: string | null, subject: string | null, keywords: string | null, creator: string | null, producer: string | null, createdAt: string | null, modifiedAt: string | null, pdfVersion: string | null, tagged: boolean, encrypted: boolean } } | null, source: { kind: SourceKind, url: string | null, filename: string | null, bytes: number | null, sha256: string | null }, failure: { code: FailureCode, category: FailureCategory, message: string, advice: string | null, page: number | null, retryable: boolean } | null } | null };

export type JobsQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
  filter?: JobFilter | null | undefined;
}>;


export type JobsQuery = { jobs: { totalCount: number, totalCountExact: boolean, nodes: Array<{ id: string, revision: number, status: JobStatus, stage: JobStage, progressPercentage: number, name: string | null, metadata: Record<string, unknown> | null, priority: number, createdAt: string, startedAt: string | null, finishedAt: string | null, pagesDone: number, pagesTotal: number | null, retryCount: number, maxRetries: number, nextRetryAt: string | null, queuePosition: number | null, estimatedCompletion: string | null, estimatedCompletionEarliest: string | null, estimatedCompletionLatest: string | null, source: { kind: SourceKind, url: string | null, filename: string | null, bytes: number | null, sha256: string | null }, failure: { code: FailureCode, category: FailureCategory, message: string, advice: string | null, page: number | null, retryable: boolean } | null }>, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null } } };

export type CreateJobMutationVariables = Exact<{
  input: CreateJobInput;
}>;


export type CreateJobMutation = { createJob: { deduplicated: boolean, job: { id: string, revision: number, status: JobStatus, stage: JobStage, progressPercentage: number, name: string | null, metadata: Record<string, unknown> | null, priority: number, createdAt: string, startedAt: string | null, finishedAt: string | null, pagesDone: number, pagesTotal: number | null, retryCount: number, maxRetries: number, nextRetryAt: string | null, queuePosition: number | null, estimatedCompletion: string | null, estimatedCompletionEarliest: string | null, estimatedCompletionLatest: string | null, source: { kind: SourceKind, url: string | null, filename: string | null, bytes: number | null, sha256: string | null }, failure: { code: FailureCode, category: FailureCategory, message: string, advice: string | null, page: number | null, retryable: boolean } | null } } | null };

export type CancelJobMutationVariables = Exact<{
  id: string;
}>;


export type CancelJobMutation = { cancelJob: { job: { id: string, revision: number, status: JobStatus, stage: JobStage, progressPercentage: number, name: string | null, metadata: Record<string, unknown> | null, priority: number, createdAt: string, startedAt: string | null, finishedAt: string | null, pagesDone: number, pagesTotal: number | null, retryCount: number, maxRetries: number, nextRetryAt: string | null, queuePosition: number | null, estimatedCompletion: string | null, estimatedCompletionEarliest: string | null, estimatedCompletionLatest: string | null, source: { kind: SourceKind, url: string | null, filename: string | null, bytes: number | null, sha256: string | null }, failure: { code: FailureCode, category: FailureCategory, message: string, advice: string | null, page: number | null, retryable: boolean } | null } } | null };

export type RetryJobMutationVariables = Exact<{
  id: string;
  options?: JobOptionsInput | null | undefined;
}>;


export type RetryJobMutation = { retryJob: { job: { id: string, revision: number, status: JobStatus, stage: JobStage, progressPercentage: number, name: string | null, metadata: Record<string, unknown> | null, priority: number, createdAt: string, startedAt: string | null, finishedAt: string | null, pagesDone: number, pagesTotal: number | null, retryCount: number, maxRetries: number, nextRetryAt: string | null, queuePosition: number | null, estimatedCompletion: string | null, estimatedCompletionEarliest: string | null, estimatedCompletionLatest: string | null, source: { kind: SourceKind, url: string | null, filename: string | null, bytes: number | null, sha256: string | null }, failure: { code: FailureCode, category: FailureCategory, message: string, advice: string | null, page: number | null, retryable: boolean } | null } } | null };

export type DeleteJobMutationVariables = Exact<{
  id: string;
}>;


export type DeleteJobMutation = { deleteJob: { deletedId: string } | null };

export type PageInfoFragment = { hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null };

export type PageFragment = { number: number, label: string | null, width: number, height: number, rotation: number, text: string, markdown: string, links: Array<{ text: string | null, url: string | null, pageNumber: number | null }> };

export type PagesQueryVariables = Exact<{
  id: string;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type PagesQuery = { job: { pages: { nodes: Array<{ number: number, label: string | null, width: number, height: number, rotation: number, text: string, markdown: string, links: Array<{ text: string | null, url: string | null, pageNumber: number | null }> }>, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null } } } | null };

export type SearchPagesQueryVariables = Exact<{
  query: string;
  first?: number | null | undefined;
  after?: string | null | undefined;
  filter?: JobFilter | null | undefined;
}>;


export type SearchPagesQuery = { searchPages: { complete: boolean, nodes: Array<{ score: number, snippet: string, highlights: Array<{ start: number, end: number }>, page: { number: number, label: string | null }, job: { id: string, name: string | null } }>, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null } } };

export type ProgressFragment = { cursor: string, revision: number, jobId: string, name: string | null, status: JobStatus, stage: JobStage, progressPercentage: number, pagesDone: number, pagesTotal: number | null, bytesDone: number | null, bytesTotal: number | null, retryCount: number, nextRetryAt: string | null, queuePosition: number | null, estimatedCompletion: string | null, estimatedCompletionEarliest: string | null, estimatedCompletionLatest: string | null, at: string, failure: { code: FailureCode, category: FailureCategory, message: string, advice: string | null, page: number | null, retryable: boolean } | null };

export type JobProgressSubscriptionVariables = Exact<{
  id: string;
  after?: string | null | undefined;
}>;


export type JobProgressSubscription = { jobProgress: { cursor: string, revision: number, jobId: string, name: string | null, status: JobStatus, stage: JobStage, progressPercentage: number, pagesDone: number, pagesTotal: number | null, bytesDone: number | null, bytesTotal: number | null, retryCount: number, nextRetryAt: string | null, queuePosition: number | null, estimatedCompletion: string | null, estimatedCompletionEarliest: string | null, estimatedCompletionLatest: string | null, at: string, failure: { code: FailureCode, category: FailureCategory, message: string, advice: string | null, page: number | null, retryable: boolean } | null } };

export type JobUpdatesSubscriptionVariables = Exact<{
  filter?: JobFilter | null | undefined;
}>;


export type JobUpdatesSubscription = { jobUpdates: { cursor: string, revision: number, jobId: string, name: string | null, status: JobStatus, stage: JobStage, progressPercentage: number, pagesDone: number, pagesTotal: number | null, bytesDone: number | null, bytesTotal: number | null, retryCount: number, nextRetryAt: string | null, queuePosition: number | null, estimatedCompletion: string | null, estimatedCompletionEarliest: string | null, estimatedCompletionLatest: string | null, at: string, failure: { code: FailureCode, category: FailureCategory, message: string, advice: string | null, page: number | null, retryable: boolean } | null } };

export type CreateUploadMutationVariables = Exact<{
  input: CreateUploadInput;
}>;


export type CreateUploadMutation = { createUpload: { upload: { id: string, method: string, url: string, headers: Array<{ name: string, value: string }> } } | null };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const BatchFragmentDoc = new TypedDocumentString(`
    fragment Batch on Batch {
  id
  revision
  name
  status
  total
  pending
  running
  completed
  failed
  cancelled
  progressPercentage
  estimatedCompletion
  estimatedCompletionEarliest
  estimatedCompletionLatest
  createdAt
  finishedAt
}
    `, {"fragmentName":"Batch"}) as unknown as TypedDocumentString<BatchFragment, unknown>;
export const BatchCountsFragmentDoc = new TypedDocumentString(`
    fragment BatchCounts on BatchProgress {
  cursor
  revision
  batchId
  name
  status
  total
  pending
  running
  completed
  failed
  cancelled
  progressPercentage
  estimatedCompletion
  at
}
    `, {"fragmentName":"BatchCounts"}) as unknown as TypedDocumentString<BatchCountsFragment, unknown>;
export const DownloadFragmentDoc = new TypedDocumentString(`
    fragment Download on Download {
  url
  expiresAt
  contentType
  bytes
}
    `, {"fragmentName":"Download"}) as unknown as TypedDocumentString<DownloadFragment, unknown>;
export const FailureFragmentDoc = new TypedDocumentString(`
    fragment Failure on JobFailure {
  code
  category
  message
  advice
  page
  retryable
}
    `, {"fragmentName":"Failure"}) as unknown as TypedDocumentString<FailureFragment, unknown>;
export const JobFragmentDoc = new TypedDocumentString(`
    fragment Job on Job {
  id
  revision
  status
  stage
  progressPercentage
  name
  metadata
  priority
  createdAt
  startedAt
  finishedAt
  pagesDone
  pagesTotal
  retryCount
  maxRetries
  nextRetryAt
  queuePosition
  estimatedCompletion
  estimatedCompletionEarliest
  estimatedCompletionLatest
  source {
    kind
    url
    filename
    bytes
    sha256
  }
  failure {
    ...Failure
  }
}
    fragment Failure on JobFailure {
  code
  category
  message
  advice
  page
  retryable
}`, {"fragmentName":"Job"}) as unknown as TypedDocumentString<JobFragment, unknown>;
export const PageInfoFragmentDoc = new TypedDocumentString(`
    fragment PageInfo on PageInfo {
  hasNextPage
  hasPreviousPage
  startCursor
  endCursor
}
    `, {"fragmentName":"PageInfo"}) as unknown as TypedDocumentString<PageInfoFragment, unknown>;
export const PageFragmentDoc = new TypedDocumentString(`
    fragment Page on Page {
  number
  label
  width
  height
  rotation
  text
  markdown
  links {
    text
    url
    pageNumber
  }
}
    `, {"fragmentName":"Page"}) as unknown as TypedDocumentString<PageFragment, unknown>;
export const ProgressFragmentDoc = new TypedDocumentString(`
    fragment Progress on JobProgress {
  cursor
  revision
  jobId
  name
  status
  stage
  progressPercentage
  pagesDone
  pagesTotal
  bytesDone
  bytesTotal
  retryCount
  nextRetryAt
  queuePosition
  estimatedCompletion
  estimatedCompletionEarliest
  estimatedCompletionLatest
  failure {
    ...Failure
  }
  at
}
    fragment Failure on JobFailure {
  code
  category
  message
  advice
  page
  retryable
}`, {"fragmentName":"Progress"}) as unknown as TypedDocumentString<ProgressFragment, unknown>;
export const BatchDocument = new TypedDocumentString(`
    query Batch($id: ID!) {
  batch(id: $id) {
    ...Batch
  }
}
    fragment Batch on Batch {
  id
  revision
  name
  status
  total
  pending
  running
  completed
  failed
  cancelled
  progressPercentage
  estimatedCompletion
  estimatedCompletionEarliest
  estimatedCompletionLatest
  createdAt
  finishedAt
}`) as unknown as TypedDocumentString<BatchQuery, BatchQueryVariables>;
export const BatchesDocument = new TypedDocumentString(`
    query Batches($first: Int, $after: String, $last: Int, $before: String) {
  batches(first: $first, after: $after, last: $last, before: $before) {
    nodes {
      ...Batch
    }
    pageInfo {
      ...PageInfo
    }
  }
}
    fragment Batch on Batch {
  id
  revision
  name
  status
  total
  pending
  running
  completed
  failed
  cancelled
  progressPercentage
  estimatedCompletion
  estimatedCompletionEarliest
  estimatedCompletionLatest
  createdAt
  finishedAt
}
fragment PageInfo on PageInfo {
  hasNextPage
  hasPreviousPage
  startCursor
  endCursor
}`) as unknown as TypedDocumentString<BatchesQuery, BatchesQueryVariables>;
export const BatchJobsDocument = new TypedDocumentString(`
    query BatchJobs($id: ID!, $first: Int, $after: String, $filter: JobFilter) {
  batch(id: $id) {
    jobs(first: $first, after: $after, filter: $filter) {
      nodes {
        batchIndex
        ...Job
      }
      pageInfo {
        ...PageInfo
      }
    }
  }
}
    fragment Failure on JobFailure {
  code
  category
  message
  advice
  page
  retryable
}
fragment Job on Job {
  id
  revision
  status
  stage
  progressPercentage
  name
  metadata
  priority
  createdAt
  startedAt
  finishedAt
  pagesDone
  pagesTotal
  retryCount
  maxRetries
  nextRetryAt
  queuePosition
  estimatedCompletion
  estimatedCompletionEarliest
  estimatedCompletionLatest
  source {
    kind
    url
    filename
    bytes
    sha256
  }
  failure {
    ...Failure
  }
}
fragment PageInfo on PageInfo {
  hasNextPage
  hasPreviousPage
  startCursor
  endCursor
}`) as unknown as TypedDocumentString<BatchJobsQuery, BatchJobsQueryVariables>;
export const CreateBatchDocument = new TypedDocumentString(`
    mutation CreateBatch($input: CreateBatchInput!) {
  createBatch(input: $input) {
    deduplicated
    batch {
      ...Batch
    }
  }
}
    fragment Batch on Batch {
  id
  revision
  name
  status
  total
  pending
  running
  completed
  failed
  cancelled
  progressPercentage
  estimatedCompletion
  estimatedCompletionEarliest
  estimatedCompletionLatest
  createdAt
  finishedAt
}`) as unknown as TypedDocumentString<CreateBatchMutation, CreateBatchMutationVariables>;
export const CancelBatchDocument = new TypedDocumentString(`
    mutation CancelBatch($id: ID!) {
  cancelBatch(id: $id) {
    batch {
      ...Batch
    }
  }
}
    fragment Batch on Batch {
  id
  revision
  name
  status
  total
  pending
  running
  completed
  failed
  cancelled
  progressPercentage
  estimatedCompletion
  estimatedCompletionEarliest
  estimatedCompletionLatest
  createdAt
  finishedAt
}`) as unknown as TypedDocumentString<CancelBatchMutation, CancelBatchMutationVariables>;
export const RetryBatchDocument = new TypedDocumentString(`
    mutation RetryBatch($id: ID!, $options: JobOptionsInput) {
  retryBatch(id: $id, options: $options) {
    batch {
      ...Batch
    }
  }
}
    fragment Batch on Batch {
  id
  revision
  name
  status
  total
  pending
  running
  completed
  failed
  cancelled
  progressPercentage
  estimatedCompletion
  estimatedCompletionEarliest
  estimatedCompletionLatest
  createdAt
  finishedAt
}`) as unknown as TypedDocumentString<RetryBatchMutation, RetryBatchMutationVariables>;
export const BatchProgressDocument = new TypedDocumentString(`
    subscription BatchProgress($id: ID!, $after: String) {
  batchProgress(id: $id, after: $after) {
    ...BatchCounts
  }
}
    fragment BatchCounts on BatchProgress {
  cursor
  revision
  batchId
  name
  status
  total
  pending
  running
  completed
  failed
  cancelled
  progressPercentage
  estimatedCompletion
  at
}`) as unknown as TypedDocumentString<BatchProgressSubscription, BatchProgressSubscriptionVariables>;
export const DownloadDocument = new TypedDocumentString(`
    query Download($id: ID!, $format: ResultFormat!) {
  node(id: $id) {
    ... on Job {
      result {
        download(format: $format) {
          ...Download
        }
      }
    }
    ... on Batch {
      download(format: $format) {
        ...Download
      }
    }
  }
}
    fragment Download on Download {
  url
  expiresAt
  contentType
  bytes
}`) as unknown as TypedDocumentString<DownloadQuery, DownloadQueryVariables>;
export const AttachmentsDocument = new TypedDocumentString(`
    query Attachments($id: ID!) {
  job(id: $id) {
    result {
      attachments {
        name
        description
        contentType
        bytes
        pageNumber
        omitted
        download {
          ...Download
        }
      }
    }
  }
}
    fragment Download on Download {
  url
  expiresAt
  contentType
  bytes
}`) as unknown as TypedDocumentString<AttachmentsQuery, AttachmentsQueryVariables>;
export const PageImagesDocument = new TypedDocumentString(`
    query PageImages($id: ID!, $first: Int, $after: String) {
  job(id: $id) {
    pages(first: $first, after: $after) {
      nodes {
        number
        thumbnailUrl
        imageUrl
        imageFailure
      }
      pageInfo {
        ...PageInfo
      }
    }
  }
}
    fragment PageInfo on PageInfo {
  hasNextPage
  hasPreviousPage
  startCursor
  endCursor
}`) as unknown as TypedDocumentString<PageImagesQuery, PageImagesQueryVariables>;
export const JobDocument = new TypedDocumentString(`
    query Job($id: ID!) {
  job(id: $id) {
    ...Job
    result {
      pageCount
      engine
      metadata {
        title
        author
        subject
        keywords
        creator
        producer
        createdAt
        modifiedAt
        pdfVersion
        tagged
        encrypted
      }
    }
  }
}
    fragment Failure on JobFailure {
  code
  category
  message
  advice
  page
  retryable
}
fragment Job on Job {
  id
  revision
  status
  stage
  progressPercentage
  name
  metadata
  priority
  createdAt
  startedAt
  finishedAt
  pagesDone
  pagesTotal
  retryCount
  maxRetries
  nextRetryAt
  queuePosition
  estimatedCompletion
  estimatedCompletionEarliest
  estimatedCompletionLatest
  source {
    kind
    url
    filename
    bytes
    sha256
  }
  failure {
    ...Failure
  }
}`) as unknown as TypedDocumentString<JobQuery, JobQueryVariables>;
export const JobsDocument = new TypedDocumentString(`
    query Jobs($first: Int, $after: String, $last: Int, $before: String, $filter: JobFilter) {
  jobs(
    first: $first
    after: $after
    last: $last
    before: $before
    filter: $filter
  ) {
    nodes {
      ...Job
    }
    pageInfo {
      ...PageInfo
    }
    totalCount
    totalCountExact
  }
}
    fragment Failure on JobFailure {
  code
  category
  message
  advice
  page
  retryable
}
fragment Job on Job {
  id
  revision
  status
  stage
  progressPercentage
  name
  metadata
  priority
  createdAt
  startedAt
  finishedAt
  pagesDone
  pagesTotal
  retryCount
  maxRetries
  nextRetryAt
  queuePosition
  estimatedCompletion
  estimatedCompletionEarliest
  estimatedCompletionLatest
  source {
    kind
    url
    filename
    bytes
    sha256
  }
  failure {
    ...Failure
  }
}
fragment PageInfo on PageInfo {
  hasNextPage
  hasPreviousPage
  startCursor
  endCursor
}`) as unknown as TypedDocumentString<JobsQuery, JobsQueryVariables>;
export const CreateJobDocument = new TypedDocumentString(`
    mutation CreateJob($input: CreateJobInput!) {
  createJob(input: $input) {
    deduplicated
    job {
      ...Job
    }
  }
}
    fragment Failure on JobFailure {
  code
  category
  message
  advice
  page
  retryable
}
fragment Job on Job {
  id
  revision
  status
  stage
  progressPercentage
  name
  metadata
  priority
  createdAt
  startedAt
  finishedAt
  pagesDone
  pagesTotal
  retryCount
  maxRetries
  nextRetryAt
  queuePosition
  estimatedCompletion
  estimatedCompletionEarliest
  estimatedCompletionLatest
  source {
    kind
    url
    filename
    bytes
    sha256
  }
  failure {
    ...Failure
  }
}`) as unknown as TypedDocumentString<CreateJobMutation, CreateJobMutationVariables>;
export const CancelJobDocument = new TypedDocumentString(`
    mutation CancelJob($id: ID!) {
  cancelJob(id: $id) {
    job {
      ...Job
    }
  }
}
    fragment Failure on JobFailure {
  code
  category
  message
  advice
  page
  retryable
}
fragment Job on Job {
  id
  revision
  status
  stage
  progressPercentage
  name
  metadata
  priority
  createdAt
  startedAt
  finishedAt
  pagesDone
  pagesTotal
  retryCount
  maxRetries
  nextRetryAt
  queuePosition
  estimatedCompletion
  estimatedCompletionEarliest
  estimatedCompletionLatest
  source {
    kind
    url
    filename
    bytes
    sha256
  }
  failure {
    ...Failure
  }
}`) as unknown as TypedDocumentString<CancelJobMutation, CancelJobMutationVariables>;
export const RetryJobDocument = new TypedDocumentString(`
    mutation RetryJob($id: ID!, $options: JobOptionsInput) {
  retryJob(id: $id, options: $options) {
    job {
      ...Job
    }
  }
}
    fragment Failure on JobFailure {
  code
  category
  message
  advice
  page
  retryable
}
fragment Job on Job {
  id
  revision
  status
  stage
  progressPercentage
  name
  metadata
  priority
  createdAt
  startedAt
  finishedAt
  pagesDone
  pagesTotal
  retryCount
  maxRetries
  nextRetryAt
  queuePosition
  estimatedCompletion
  estimatedCompletionEarliest
  estimatedCompletionLatest
  source {
    kind
    url
    filename
    bytes
    sha256
  }
  failure {
    ...Failure
  }
}`) as unknown as TypedDocumentString<RetryJobMutation, RetryJobMutationVariables>;
export const DeleteJobDocument = new TypedDocumentString(`
    mutation DeleteJob($id: ID!) {
  deleteJob(id: $id) {
    deletedId
  }
}
    `) as unknown as TypedDocumentString<DeleteJobMutation, DeleteJobMutationVariables>;
export const PagesDocument = new TypedDocumentString(`
    query Pages($id: ID!, $first: Int, $after: String) {
  job(id: $id) {
    pages(first: $first, after: $after) {
      nodes {
        ...Page
      }
      pageInfo {
        ...PageInfo
      }
    }
  }
}
    fragment PageInfo on PageInfo {
  hasNextPage
  hasPreviousPage
  startCursor
  endCursor
}
fragment Page on Page {
  number
  label
  width
  height
  rotation
  text
  markdown
  links {
    text
    url
    pageNumber
  }
}`) as unknown as TypedDocumentString<PagesQuery, PagesQueryVariables>;
export const SearchPagesDocument = new TypedDocumentString(`
    query SearchPages($query: String!, $first: Int, $after: String, $filter: JobFilter) {
  searchPages(query: $query, first: $first, after: $after, filter: $filter) {
    complete
    nodes {
      score
      snippet
      highlights {
        start
        end
      }
      page {
        number
        label
      }
      job {
        id
        name
      }
    }
    pageInfo {
      ...PageInfo
    }
  }
}
    fragment PageInfo on PageInfo {
  hasNextPage
  hasPreviousPage
  startCursor
  endCursor
}`) as unknown as TypedDocumentString<SearchPagesQuery, SearchPagesQueryVariables>;
export const JobProgressDocument = new TypedDocumentString(`
    subscription JobProgress($id: ID!, $after: String) {
  jobProgress(id: $id, after: $after) {
    ...Progress
  }
}
    fragment Failure on JobFailure {
  code
  category
  message
  advice
  page
  retryable
}
fragment Progress on JobProgress {
  cursor
  revision
  jobId
  name
  status
  stage
  progressPercentage
  pagesDone
  pagesTotal
  bytesDone
  bytesTotal
  retryCount
  nextRetryAt
  queuePosition
  estimatedCompletion
  estimatedCompletionEarliest
  estimatedCompletionLatest
  failure {
    ...Failure
  }
  at
}`) as unknown as TypedDocumentString<JobProgressSubscription, JobProgressSubscriptionVariables>;
export const JobUpdatesDocument = new TypedDocumentString(`
    subscription JobUpdates($filter: JobFilter) {
  jobUpdates(filter: $filter) {
    ...Progress
  }
}
    fragment Failure on JobFailure {
  code
  category
  message
  advice
  page
  retryable
}
fragment Progress on JobProgress {
  cursor
  revision
  jobId
  name
  status
  stage
  progressPercentage
  pagesDone
  pagesTotal
  bytesDone
  bytesTotal
  retryCount
  nextRetryAt
  queuePosition
  estimatedCompletion
  estimatedCompletionEarliest
  estimatedCompletionLatest
  failure {
    ...Failure
  }
  at
}`) as unknown as TypedDocumentString<JobUpdatesSubscription, JobUpdatesSubscriptionVariables>;
export const CreateUploadDocument = new TypedDocumentString(`
    mutation CreateUpload($input: CreateUploadInput!) {
  createUpload(input: $input) {
    upload {
      id
      method
      url
      headers {
        name
        value
      }
    }
  }
}
    `) as unknown as TypedDocumentString<CreateUploadMutation, CreateUploadMutationVariables>;