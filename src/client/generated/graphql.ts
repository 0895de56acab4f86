/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** Which archived jobs to list. A job has to meet all conditions. */
export type ArchivedJobFilter = {
  /** Jobs of this batch. */
  batch?: string | null | undefined;
  /** The job with this id. */
  job?: string | null | undefined;
  /** Jobs of this tenant. Default: of all tenants. */
  tenant?: string | null | undefined;
};

/** Why an attachment cannot be downloaded. */
export type AttachmentOmission =
  /** An earlier version processed the job and only listed attachments. Run the job again. */
  | 'NOT_STORED'
  /** The attachments of the document exceed 128 MiB, or the limit that the operator has set. */
  | 'TOO_LARGE'
  /** The attachment is damaged, or lies outside the document. */
  | 'UNREADABLE';

/** A document of a batch. */
export type BatchItemInput = {
  /** Your own data, at most 16 KiB of JSON. It is returned exactly as it came, also in webhooks. Numbers beyond ±(2^53 − 1) are refused, because they would be rounded: send them as strings, as well as fractions of more than 15 digits. Of a key that occurs twice, the last value counts. */
  metadata?: Record<string, unknown> | null | undefined;
  /** Your label for the job, at most 500 characters. */
  name?: string | null | undefined;
  /** Options for this document. Each one overrides the batch's option. */
  options?: JobOptionsInput | null | undefined;
  /** The document. */
  source: BatchSourceInput;
};

/** The document of a batch item: exactly one of these. */
export type BatchSourceInput = {
  /** The bytes as Base64 (RFC 4648). A request holds at most 25 MiB of them. */
  base64?: string | null | undefined;
  /** The id of a job, to process its document again. Several items may name the same job. */
  job?: string | null | undefined;
  /** The id of an upload whose bytes have arrived. Several items may name the same upload. */
  upload?: string | null | undefined;
  /** An http or https URL that a worker downloads, at most 1 GiB. Private addresses are refused. */
  url?: string | null | undefined;
};

/** The status of a batch. It is final when all its jobs are; retrying a job reopens it. */
export type BatchStatus =
  /** All jobs were cancelled, by `cancelBatch` or one by one. */
  | 'CANCELLED'
  /** All jobs have ended, and none has failed. */
  | 'COMPLETED'
  /** All jobs have ended. Some are FAILED, none is COMPLETED. */
  | 'FAILED'
  /** All jobs have ended. Some are COMPLETED, some FAILED. */
  | 'PARTIALLY_FAILED'
  /** No job has started. */
  | 'PENDING'
  /** Some jobs have started, and not all have ended. */
  | 'RUNNING';

/** Which jobs an operation changes. A job has to meet all conditions; without any, all jobs match. */
export type BulkFilter = {
  /** Jobs of this batch. */
  batch?: string | null | undefined;
  /** Jobs accepted at or after this time. */
  createdAfter?: string | null | undefined;
  /** Jobs accepted before this time. Jobs accepted after the request itself never match. */
  createdBefore?: string | null | undefined;
  /** Jobs whose last attempt failed with one of these codes. */
  failureCode?: Array<FailureCode> | null | undefined;
  /** Jobs with one of these ids, at most 1000. */
  jobs?: Array<string> | null | undefined;
  /** Jobs whose name contains this text, in any case and Unicode form. */
  name?: string | null | undefined;
  /** Jobs with one of these statuses. */
  status?: Array<JobStatus> | null | undefined;
  /** Jobs of this tenant. Default: of all tenants. */
  tenant?: string | null | undefined;
};

/** A change of many jobs. */
export type BulkInput = {
  /** The count of a dry run, which confirms the operation. It does not start if more jobs match now (COUNT_CHANGED). Default: a dry run, which only counts. */
  expectedCount?: number | null | undefined;
  /** Which jobs to change; `{}` for all. */
  filter: BulkFilter;
};

/** What a bulk operation does to the jobs. */
export type BulkOperationKind =
  /** Moves them to the archive, see `archiveJobs`. */
  | 'ARCHIVE'
  /** Cancels them, see `cancelJobs`. */
  | 'CANCEL'
  /** Deletes them, see `deleteJobs`. */
  | 'DELETE'
  /** Gives them another priority, see `setPriority`. */
  | 'PRIORITIZE'
  /** Runs them again, see `retryJobs`. */
  | 'RETRY';

/** The status of a bulk operation. */
export type BulkOperationStatus =
  /** It was cancelled before its end. Jobs that it had changed stay changed. */
  | 'CANCELLED'
  /** All jobs have been examined. */
  | 'COMPLETED'
  /** Maintenance changes the jobs, part by part. */
  | 'RUNNING';

/** Many documents and how to process them. */
export type CreateBatchInput = {
  /** Makes it safe to repeat the request: the same key returns the same batch. The same key with other content is IDEMPOTENCY_CONFLICT. Jobs and batches share their keys. At most 255 characters. */
  idempotencyKey?: string | null | undefined;
  /** The documents, 1 to 10000. Each item becomes a job, even if a document occurs twice. */
  items: Array<BatchItemInput>;
  /** Your label for the batch, at most 500 characters. */
  name?: string | null | undefined;
  /** How to process all documents. */
  options?: JobOptionsInput | null | undefined;
  /** Priority of all jobs, from 0 (first) to 9. Default 5. */
  priority?: number | null | undefined;
  /** Where to send events of the batch; by default when it ends. Events of its jobs are sent only if they are named. */
  webhook?: WebhookInput | null | undefined;
};

/** A document and how to process it. */
export type CreateJobInput = {
  /** Makes it safe to repeat the request: the same key returns the same job, until 24 hours after the job is deleted. The same key with other content or options is IDEMPOTENCY_CONFLICT. At most 255 characters. */
  idempotencyKey?: string | null | undefined;
  /** Your own data, at most 16 KiB of JSON. It is returned exactly as it came, also in webhooks. Numbers beyond ±(2^53 − 1) are refused, because they would be rounded: send them as strings, as well as fractions of more than 15 digits. Of a key that occurs twice, the last value counts. */
  metadata?: Record<string, unknown> | null | undefined;
  /** Your label for the job, at most 500 characters. */
  name?: string | null | undefined;
  /** How to process the document. */
  options?: JobOptionsInput | null | undefined;
  /** Priority from 0 (first) to 9, default 5. One step is worth ten minutes of waiting, so that no job waits forever. */
  priority?: number | null | undefined;
  /** The earliest start of the job. */
  runAt?: string | null | undefined;
  /** The document. */
  source: JobSourceInput;
  /** Where to send events of the job; by default when it ends. */
  webhook?: WebhookInput | null | undefined;
};

/** The document that is going to be sent. All fields are optional. */
export type CreateUploadInput = {
  /** Size in bytes, at most 1 GiB. An upload of another size is refused. */
  bytes?: number | null | undefined;
  /** The media type. Default application/pdf. */
  contentType?: string | null | undefined;
  /** The file name, at most 255 characters. */
  filename?: string | null | undefined;
  /** SHA-256 of the bytes in hexadecimal. Other bytes are refused. */
  sha256?: string | null | undefined;
};

/** The access of a watch token. Exactly one of `job` and `batch` is required. */
export type CreateWatchTokenInput = {
  /** The id of the batch to watch. */
  batch?: string | null | undefined;
  /** The result format that the token may also download. Default: none. */
  download?: ResultFormat | null | undefined;
  /** Lifetime of the token, in seconds: 60 to 86400. Default 3600. */
  expireAfterSeconds?: number | null | undefined;
  /** The id of the job to watch. */
  job?: string | null | undefined;
};

/** The engine that read a page or a document. */
export type Engine =
  /** PDFium, the engine of Chrome. */
  | 'PDFIUM'
  /** Mozilla's pdf.js. */
  | 'PDFJS';

/** Where the cause of a failure lies. It decides whether the job is retried. */
export type FailureCategory =
  /** In the document: every attempt would fail the same way. Never retried. */
  | 'INPUT'
  /** In Pagehive. Retried with growing delays; please report it. */
  | 'INTERNAL'
  /** In a limit of time, memory, bytes or pages. */
  | 'RESOURCE'
  /** Outside: a download failed, a worker was lost. Retried with growing delays. */
  | 'TRANSIENT';

/** Why an attempt failed. The codes are stable; docs/errors.md explains each. */
export type FailureCode =
  /** The URL leads to an address or port that is not allowed. (INPUT) */
  | 'ADDRESS_FORBIDDEN'
  /** The document could not be downloaded. (TRANSIENT) */
  | 'DOWNLOAD_FAILED'
  /** The server found no document at the URL. (INPUT) */
  | 'DOWNLOAD_NOT_FOUND'
  /** The URL refused access to the document. (INPUT) */
  | 'DOWNLOAD_REFUSED'
  /** The download took too long. (TRANSIENT) */
  | 'DOWNLOAD_TIMEOUT'
  /** The extraction process was killed from outside. (TRANSIENT) */
  | 'EXTRACTOR_KILLED'
  /** Pagehive failed unexpectedly on this document. (INTERNAL) */
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
  /** The document is empty. (INPUT) */
  | 'PDF_EMPTY'
  /** The document is encrypted and needs a password. (INPUT) */
  | 'PDF_ENCRYPTED'
  /** The document is a PDF without pages. (INPUT) */
  | 'PDF_NO_PAGES'
  /** The password does not open the document. (INPUT) */
  | 'PDF_WRONG_PASSWORD'
  /** The extraction process stopped responding without using the processor. (RESOURCE) */
  | 'PROCESS_BLOCKED'
  /** This document crashed an extraction engine before and is quarantined. (INPUT) */
  | 'QUARANTINED'
  /** The document would exceed the quota of stored bytes. (RESOURCE) */
  | 'QUOTA_EXCEEDED'
  /** Documents that arrive at the same time have reserved the rest of the quota of stored bytes. (TRANSIENT) */
  | 'QUOTA_RESERVED'
  /** The document is larger than the byte limit. (RESOURCE) */
  | 'SIZE_LIMIT'
  /** The storage that holds the document could not be read or written. (TRANSIENT) */
  | 'STORAGE_UNAVAILABLE'
  /** The job did not finish within its time limit. (RESOURCE) */
  | 'TIME_LIMIT'
  /** The worker that ran the job disappeared. (TRANSIENT) */
  | 'WORKER_LOST';

/** Why a page lacks the images that were requested. */
export type ImageFailure =
  /** No engine can draw the page within its limits of memory and time. */
  | 'CANNOT_RENDER'
  /** The page was not tried: drawing other pages failed too often, or took half of `timeoutSeconds` in all. */
  | 'GIVEN_UP';

/** The format of page images. */
export type ImageFormat =
  /** The fastest to make, and small. */
  | 'JPEG'
  /** Lossless; three to five times as large as JPEG. */
  | 'PNG'
  /** The smallest; takes several times as long to make. */
  | 'WEBP';

/** Which jobs to list. A job has to meet all conditions. */
export type JobFilter = {
  /** Jobs of this batch. */
  batch?: string | null | undefined;
  /** Jobs accepted at or after this time. */
  createdAfter?: string | null | undefined;
  /** Jobs accepted before this time. */
  createdBefore?: string | null | undefined;
  /** Jobs whose last attempt failed with one of these codes. */
  failureCode?: Array<FailureCode> | null | undefined;
  /** Jobs whose name contains this text, in any case and Unicode form. */
  name?: string | null | undefined;
  /** Jobs with one of these statuses. */
  status?: Array<JobStatus> | null | undefined;
};

/** How to process a document. */
export type JobOptionsInput = {
  /** The engine that reads the pages. Default AUTO. */
  engine?: RequestedEngine | null | undefined;
  /** Delete the job with its results and document this long after its end: 1 to 315360000 seconds. Default: it is kept, unless the operator limits how long (see `Job.expiresAt`). */
  expireAfterSeconds?: number | null | undefined;
  /** The format of all images. Default JPEG. */
  imageFormat?: ImageFormat | null | undefined;
  /** Keep running headers and footers in the Markdown. Default false. */
  keepHeadersFooters?: boolean | null | undefined;
  /** Keep words hyphenated at line ends in the Markdown instead of joining them. Default false. */
  keepHyphenation?: boolean | null | undefined;
  /** Maximum number of retries: 0 to 20. Default 3. */
  maxRetries?: number | null | undefined;
  /** Time limit of a page: 1 to 86400 seconds. When n pages are read together, they have n times as long. Default 120. */
  noProgressSeconds?: number | null | undefined;
  /** Read pages by OCR that are pictures or whose fonts are garbled (see `Page.ocrReason`), and the text of large pictures on other pages. Such a page takes a second or two of a processor. Default false. */
  ocr?: boolean | null | undefined;
  /** The languages that OCR looks for, the most frequent one first: 1 to 4 of Tesseract's names, such as "eng", "deu" or "chi_sim". The npm package @tesseract.js-data/NAME has to be installed where workers run, otherwise the job fails with OCR_LANGUAGE_MISSING. Default ["eng"], which is installed. Ignored without `ocr`. */
  ocrLanguages?: Array<string> | null | undefined;
  /** Width of the large images, in pixels: 100 to 3000. Default 1000. An image is narrower if it would otherwise be more than four times as high as this width, or have more than 16 million pixels. */
  pageImageWidth?: number | null | undefined;
  /** Make a large image of each page, see `Page.imageUrl`. Default false. */
  pageImages?: boolean | null | undefined;
  /** The pages to read, such as "1-5,9,20-". Default: all pages. */
  pages?: string | null | undefined;
  /** The password of an encrypted document. It is stored encrypted, never returned, and erased when the job is final. */
  password?: string | null | undefined;
  /** Fail the job with PDF_DAMAGED if a page cannot be read, instead of leaving the page empty (see `Page.failure`). Default false. */
  requireAllPages?: boolean | null | undefined;
  /** Width of the small images, in pixels: 16 to 1000. Default 200. */
  thumbnailWidth?: number | null | undefined;
  /** Make a small image of each page, see `Page.thumbnailUrl`. Default false. */
  thumbnails?: boolean | null | undefined;
  /** Time limit of an attempt: 1 to 86400 seconds. Default 900. */
  timeoutSeconds?: number | null | undefined;
};

/** The document of a job: exactly one of these. */
export type JobSourceInput =
  {   /** The bytes as Base64 (RFC 4648), at most 25 MiB once decoded. */
  base64: string; file?: never; job?: never; upload?: never; url?: never; }
  |  { base64?: never;   /** A file of a multipart request, at most 25 MiB. */
  file: Blob; job?: never; upload?: never; url?: never; }
  |  { base64?: never; file?: never;   /** The id of a job, to process its document again without a second upload. Its options are not taken over, and a password has to be given again. */
  job: string; upload?: never; url?: never; }
  |  { base64?: never; file?: never; job?: never;   /** The id of an upload whose bytes have arrived: the way for large files. */
  upload: string; url?: never; }
  |  { base64?: never; file?: never; job?: never; upload?: never;   /** An http or https URL that a worker downloads, at most 1 GiB. Private addresses are refused. */
  url: string; };

/** What a job is doing. A final job keeps its last stage. */
export type JobStage =
  /** Downloading the document. */
  | 'DOWNLOAD'
  /** Reading pages; `pagesDone` counts them. */
  | 'EXTRACT'
  /** Reading pages by OCR. The percentage rises with each page; `pagesDone` rises when pages are stored, up to 16 at a time. */
  | 'OCR'
  /** Opening the document: password, number of pages, bookmarks. */
  | 'OPEN'
  /** Waiting: PENDING or RETRYING. */
  | 'QUEUED'
  /** Drawing page images. This stage alternates with EXTRACT, group by group. */
  | 'RENDER'
  /** Storing the result. */
  | 'STORE';

/** The status of a job. COMPLETED, FAILED and CANCELLED are final. */
export type JobStatus =
  /** The job was cancelled. */
  | 'CANCELLED'
  /** The job has a `result`. */
  | 'COMPLETED'
  /** The job failed, see `failure`. */
  | 'FAILED'
  /** The job is accepted and stored. It waits for a worker, or for `runAt`. */
  | 'PENDING'
  /** An attempt failed. The next one starts at `nextRetryAt`. */
  | 'RETRYING'
  /** A worker processes the job. */
  | 'RUNNING';

/** The engine that a job requests. */
export type RequestedEngine =
  /** PDFIUM, and PDFJS where PDFIUM fails or is likely to misread a page. */
  | 'AUTO'
  /** PDFium, the engine of Chrome: the fastest. */
  | 'PDFIUM'
  /** Mozilla's pdf.js: slower, but opens some documents that PDFIUM refuses. */
  | 'PDFJS';

/** The file format of a download. docs/downloads.md has an example of each. */
export type ResultFormat =
  /** One JSON document with metadata, outline and all pages. */
  | 'JSON'
  /** The Markdown of all pages, like `JobResult.markdown` (text/markdown; charset=utf-8). */
  | 'MARKDOWN'
  /** JSON lines, one for each page. In a batch, a line for each job precedes those of its pages. */
  | 'NDJSON'
  /** The text of all pages, like `JobResult.text` (text/plain; charset=utf-8). */
  | 'TEXT'
  /** An archive with Markdown, text, JSON, attachments and page images. Of a batch: a Markdown file for each COMPLETED job, and batch.ndjson. */
  | 'ZIP';

/** What separates extractor processes, which read the documents, from the rest of the machine. */
export type SandboxLevel =
  /** They have no network, see no other processes, and only the files that an extraction needs. */
  | 'NAMESPACES'
  /** They run as the user of the worker, because of SANDBOX=off. */
  | 'OFF'
  /** They run as the user of the worker, with a clean environment and the permission model of Node.js. */
  | 'PROCESS'
  /** They run as a user without privileges, which cannot read files or processes of the worker. They have a network. */
  | 'USER';

/** A new priority for many jobs. */
export type SetPriorityInput = {
  /** The count of a dry run, which confirms the operation. It does not start if more jobs match now (COUNT_CHANGED). Default: a dry run, which only counts. */
  expectedCount?: number | null | undefined;
  /** Which jobs to change; `{}` for all. */
  filter: BulkFilter;
  /** The priority, 0 to 9; 0 starts first. */
  priority: number;
};

/** How a document was sent. */
export type SourceKind =
  /** As Base64 inside the request. */
  | 'BASE64'
  /** As a file of a multipart request. */
  | 'FILE'
  /** By `createUpload` and PUT. */
  | 'UPLOAD'
  /** A worker downloads it. */
  | 'URL';

/** The events that webhooks report. */
export type WebhookEvent =
  /** The batch is CANCELLED. */
  | 'BATCH_CANCELLED'
  /** The batch is COMPLETED or PARTIALLY_FAILED, as its status says: at least some jobs have a result. */
  | 'BATCH_COMPLETED'
  /** The batch is FAILED: no job is COMPLETED. */
  | 'BATCH_FAILED'
  /** The batch has passed another ten percent. Several steps at once are one event. */
  | 'BATCH_PROGRESS'
  /** The job is CANCELLED. */
  | 'JOB_CANCELLED'
  /** The job is COMPLETED. */
  | 'JOB_COMPLETED'
  /** The job is FAILED: no retry is left, or none makes sense. */
  | 'JOB_FAILED'
  /** The job has passed another ten percent. Several steps at once are one event. */
  | 'JOB_PROGRESS'
  /** The job was accepted, or retried by `retryJob` or `retryBatch`. */
  | 'JOB_QUEUED'
  /** A worker has taken the job. Sent for each attempt. */
  | 'JOB_STARTED';

/** Where to send which events: exactly one of `url` and `endpoint`. docs/webhooks.md describes what is sent. */
export type WebhookInput = {
  /** The id of an endpoint. Its webhooks are signed with its own secret. */
  endpoint?: string | null | undefined;
  /** The events to send. Default: those of the endpoint, or else COMPLETED, FAILED and CANCELLED of the job or batch. Events of jobs, given for a batch, are sent for each of its jobs. */
  events?: Array<WebhookEvent> | null | undefined;
  /** An http or https URL. Its webhooks are signed with `viewer.webhookSecret`. Private addresses are refused, host names that resolve to one when a webhook is sent. */
  url?: string | null | undefined;
};

/** Whether a worker is alive and takes jobs. */
export type WorkerStatus =
  /** Its last heartbeat is recent, and it takes jobs. */
  | 'ALIVE'
  /** It takes no more jobs and runs none: its process can be stopped. */
  | 'DRAINED'
  /** It takes no more jobs, and finishes those that it runs. */
  | 'DRAINING'
  /** It has sent no heartbeat for 10 seconds. Other workers take over its jobs. */
  | 'SILENT';

export type QueueFragment = { paused: boolean, pausedAt: string | null, pausedTenantIds: Array<string>, depth: number, scheduled: number, running: number, workers: number, slots: number, oldestWaitingSeconds: number | null, submittedPerMinute: number, completedPerMinute: number, failedPerMinute: number };

export type QueueQueryVariables = Exact<{ [key: string]: never; }>;


export type QueueQuery = { queue: { paused: boolean, pausedAt: string | null, pausedTenantIds: Array<string>, depth: number, scheduled: number, running: number, workers: number, slots: number, oldestWaitingSeconds: number | null, submittedPerMinute: number, completedPerMinute: number, failedPerMinute: number } };

export type PauseQueueMutationVariables = Exact<{
  tenant?: string | null | undefined;
}>;


export type PauseQueueMutation = { pauseQueue: { queue: { paused: boolean, pausedAt: string | null, pausedTenantIds: Array<string>, depth: number, scheduled: number, running: number, workers: number, slots: number, oldestWaitingSeconds: number | null, submittedPerMinute: number, completedPerMinute: number, failedPerMinute: number } } | null };

export type ResumeQueueMutationVariables = Exact<{
  tenant?: string | null | undefined;
}>;


export type ResumeQueueMutation = { resumeQueue: { queue: { paused: boolean, pausedAt: string | null, pausedTenantIds: Array<string>, depth: number, scheduled: number, running: number, workers: number, slots: number, oldestWaitingSeconds: number | null, submittedPerMinute: number, completedPerMinute: number, failedPerMinute: number } } | null };

export type WorkerFragment = { id: string, status: WorkerStatus, host: string, version: string, concurrency: number, runningJobs: number, completedJobs: number, failedAttempts: number, pagesPerMinute: number, memoryBytes: number | null, sandbox: SandboxLevel | null, startedAt: string, lastHeartbeat: string, jobs: Array<{ jobId: string, tenantId: string, stage: JobStage, progressPercentage: number, pagesDone: number, pagesTotal: number | null, startedAt: string }> };

export type WorkersQueryVariables = Exact<{ [key: string]: never; }>;


export type WorkersQuery = { workers: Array<{ id: string, status: WorkerStatus, host: string, version: string, concurrency: number, runningJobs: number, completedJobs: number, failedAttempts: number, pagesPerMinute: number, memoryBytes: number | null, sandbox: SandboxLevel | null, startedAt: string, lastHeartbeat: string, jobs: Array<{ jobId: string, tenantId: string, stage: JobStage, progressPercentage: number, pagesDone: number, pagesTotal: number | null, startedAt: string }> }> };

export type DrainWorkerMutationVariables = Exact<{
  id: string;
  undo?: boolean | null | undefined;
}>;


export type DrainWorkerMutation = { drainWorker: { worker: { id: string, status: WorkerStatus, host: string, version: string, concurrency: number, runningJobs: number, completedJobs: number, failedAttempts: number, pagesPerMinute: number, memoryBytes: number | null, sandbox: SandboxLevel | null, startedAt: string, lastHeartbeat: string, jobs: Array<{ jobId: string, tenantId: string, stage: JobStage, progressPercentage: number, pagesDone: number, pagesTotal: number | null, startedAt: string }> } } | null };

export type BulkOperationFragment = { id: string, kind: BulkOperationKind, status: BulkOperationStatus, filter: Record<string, unknown>, priority: number | null, matched: number, examined: number, changed: number, skipped: number, createdAt: string, finishedAt: string | null, failingSince: string | null };

export type BulkOperationsQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type BulkOperationsQuery = { bulkOperations: { nodes: Array<{ id: string, kind: BulkOperationKind, status: BulkOperationStatus, filter: Record<string, unknown>, priority: number | null, matched: number, examined: number, changed: number, skipped: number, createdAt: string, finishedAt: string | null, failingSince: string | null }>, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null } } };

export type RetryJobsMutationVariables = Exact<{
  input: BulkInput;
}>;


export type RetryJobsMutation = { retryJobs: { count: number, operation: { id: string, kind: BulkOperationKind, status: BulkOperationStatus, filter: Record<string, unknown>, priority: number | null, matched: number, examined: number, changed: number, skipped: number, createdAt: string, finishedAt: string | null, failingSince: string | null } | null } | null };

export type CancelJobsMutationVariables = Exact<{
  input: BulkInput;
}>;


export type CancelJobsMutation = { cancelJobs: { count: number, operation: { id: string, kind: BulkOperationKind, status: BulkOperationStatus, filter: Record<string, unknown>, priority: number | null, matched: number, examined: number, changed: number, skipped: number, createdAt: string, finishedAt: string | null, failingSince: string | null } | null } | null };

export type DeleteJobsMutationVariables = Exact<{
  input: BulkInput;
}>;


export type DeleteJobsMutation = { deleteJobs: { count: number, operation: { id: string, kind: BulkOperationKind, status: BulkOperationStatus, filter: Record<string, unknown>, priority: number | null, matched: number, examined: number, changed: number, skipped: number, createdAt: string, finishedAt: string | null, failingSince: string | null } | null } | null };

export type SetPriorityMutationVariables = Exact<{
  input: SetPriorityInput;
}>;


export type SetPriorityMutation = { setPriority: { count: number, operation: { id: string, kind: BulkOperationKind, status: BulkOperationStatus, filter: Record<string, unknown>, priority: number | null, matched: number, examined: number, changed: number, skipped: number, createdAt: string, finishedAt: string | null, failingSince: string | null } | null } | null };

export type CancelBulkOperationMutationVariables = Exact<{
  id: string;
}>;


export type CancelBulkOperationMutation = { cancelBulkOperation: { operation: { id: string, kind: BulkOperationKind, status: BulkOperationStatus, filter: Record<string, unknown>, priority: number | null, matched: number, examined: number, changed: number, skipped: number, createdAt: string, finishedAt: string | null, failingSince: string | null } } | null };

export type QuarantineQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type QuarantineQuery = { quarantine: { nodes: Array<{ sha256: string, tenantId: string, engine: string, jobId: string, detail: string, createdAt: string }>, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null } } };

export type LiftQuarantineMutationVariables = Exact<{
  sha256: string;
  tenant?: string | null | undefined;
}>;


export type LiftQuarantineMutation = { liftQuarantine: { lifted: number } | null };

export type AlertsQueryVariables = Exact<{
  cleared?: boolean | null | undefined;
}>;


export type AlertsQuery = { alerts: Array<{ id: string, kind: string, detail: string, advice: string, raisedAt: string, clearedAt: string | null }> };

export type AlertWebhookSecretQueryVariables = Exact<{ [key: string]: never; }>;


export type AlertWebhookSecretQuery = { alertWebhookSecret: string };

export type EraseTenantMutationVariables = Exact<{
  id: string;
  name: string;
}>;


export type EraseTenantMutation = { eraseTenant: { erasure: { id: string, tenantId: string, createdAt: string, finishedAt: string | null, jobs: number, pages: number, documents: number, batches: number, webhookEndpoints: number, webhookDeliveries: number, apiKeys: number } } | null };

export type TenantErasuresQueryVariables = Exact<{
  first: number;
}>;


export type TenantErasuresQuery = { tenantErasures: { nodes: Array<{ id: string, tenantId: string, createdAt: string, finishedAt: string | null, jobs: number, pages: number, documents: number, batches: number, webhookEndpoints: number, webhookDeliveries: number, apiKeys: number }> } };

export type TenantErasureFragment = { id: string, tenantId: string, createdAt: string, finishedAt: string | null, jobs: number, pages: number, documents: number, batches: number, webhookEndpoints: number, webhookDeliveries: number, apiKeys: number };

export type ArchiveJobsMutationVariables = Exact<{
  input: BulkInput;
}>;


export type ArchiveJobsMutation = { archiveJobs: { count: number, operation: { id: string, kind: BulkOperationKind, status: BulkOperationStatus, filter: Record<string, unknown>, priority: number | null, matched: number, examined: number, changed: number, skipped: number, createdAt: string, finishedAt: string | null, failingSince: string | null } | null } | null };

export type ArchivedJobsQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  filter?: ArchivedJobFilter | null | undefined;
}>;


export type ArchivedJobsQuery = { archivedJobs: { nodes: Array<{ jobId: string, tenantId: string, batchId: string | null, name: string | null, status: JobStatus, pages: number, createdAt: string, finishedAt: string, archivedAt: string, bytes: number }>, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null } } };

export type RestoreJobMutationVariables = Exact<{
  id: string;
}>;


export type RestoreJobMutation = { restoreJob: { jobId: string } | null };

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

export type PageFragment = { id: string, number: number, label: string | null, width: number, height: number, rotation: number, text: string, markdown: string, links: Array<{ text: string | null, url: string | null, pageNumber: number | null }> };

export type PagesQueryVariables = Exact<{
  id: string;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type PagesQuery = { job: { pages: { nodes: Array<{ id: string, number: number, label: string | null, width: number, height: number, rotation: number, text: string, markdown: string, links: Array<{ text: string | null, url: string | null, pageNumber: number | null }> }>, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null } } } | null };

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

export type CreateWatchTokenMutationVariables = Exact<{
  input: CreateWatchTokenInput;
}>;


export type CreateWatchTokenMutation = { createWatchToken: { token: string, expiresAt: string } | null };

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
export const QueueFragmentDoc = new TypedDocumentString(`
    fragment Queue on Queue {
  paused
  pausedAt
  pausedTenantIds
  depth
  scheduled
  running
  workers
  slots
  oldestWaitingSeconds
  submittedPerMinute
  completedPerMinute
  failedPerMinute
}
    `, {"fragmentName":"Queue"}) as unknown as TypedDocumentString<QueueFragment, unknown>;
export const WorkerFragmentDoc = new TypedDocumentString(`
    fragment Worker on Worker {
  id
  status
  host
  version
  concurrency
  runningJobs
  completedJobs
  failedAttempts
  pagesPerMinute
  memoryBytes
  sandbox
  startedAt
  lastHeartbeat
  jobs {
    jobId
    tenantId
    stage
    progressPercentage
    pagesDone
    pagesTotal
    startedAt
  }
}
    `, {"fragmentName":"Worker"}) as unknown as TypedDocumentString<WorkerFragment, unknown>;
export const BulkOperationFragmentDoc = new TypedDocumentString(`
    fragment BulkOperation on BulkOperation {
  id
  kind
  status
  filter
  priority
  matched
  examined
  changed
  skipped
  createdAt
  finishedAt
  failingSince
}
    `, {"fragmentName":"BulkOperation"}) as unknown as TypedDocumentString<BulkOperationFragment, unknown>;
export const TenantErasureFragmentDoc = new TypedDocumentString(`
    fragment TenantErasure on TenantErasure {
  id
  tenantId
  createdAt
  finishedAt
  jobs
  pages
  documents
  batches
  webhookEndpoints
  webhookDeliveries
  apiKeys
}
    `, {"fragmentName":"TenantErasure"}) as unknown as TypedDocumentString<TenantErasureFragment, unknown>;
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
  id
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
export const QueueDocument = new TypedDocumentString(`
    query Queue {
  queue {
    ...Queue
  }
}
    fragment Queue on Queue {
  paused
  pausedAt
  pausedTenantIds
  depth
  scheduled
  running
  workers
  slots
  oldestWaitingSeconds
  submittedPerMinute
  completedPerMinute
  failedPerMinute
}`) as unknown as TypedDocumentString<QueueQuery, QueueQueryVariables>;
export const PauseQueueDocument = new TypedDocumentString(`
    mutation PauseQueue($tenant: ID) {
  pauseQueue(tenant: $tenant) {
    queue {
      ...Queue
    }
  }
}
    fragment Queue on Queue {
  paused
  pausedAt
  pausedTenantIds
  depth
  scheduled
  running
  workers
  slots
  oldestWaitingSeconds
  submittedPerMinute
  completedPerMinute
  failedPerMinute
}`) as unknown as TypedDocumentString<PauseQueueMutation, PauseQueueMutationVariables>;
export const ResumeQueueDocument = new TypedDocumentString(`
    mutation ResumeQueue($tenant: ID) {
  resumeQueue(tenant: $tenant) {
    queue {
      ...Queue
    }
  }
}
    fragment Queue on Queue {
  paused
  pausedAt
  pausedTenantIds
  depth
  scheduled
  running
  workers
  slots
  oldestWaitingSeconds
  submittedPerMinute
  completedPerMinute
  failedPerMinute
}`) as unknown as TypedDocumentString<ResumeQueueMutation, ResumeQueueMutationVariables>;
export const WorkersDocument = new TypedDocumentString(`
    query Workers {
  workers {
    ...Worker
  }
}
    fragment Worker on Worker {
  id
  status
  host
  version
  concurrency
  runningJobs
  completedJobs
  failedAttempts
  pagesPerMinute
  memoryBytes
  sandbox
  startedAt
  lastHeartbeat
  jobs {
    jobId
    tenantId
    stage
    progressPercentage
    pagesDone
    pagesTotal
    startedAt
  }
}`) as unknown as TypedDocumentString<WorkersQuery, WorkersQueryVariables>;
export const DrainWorkerDocument = new TypedDocumentString(`
    mutation DrainWorker($id: ID!, $undo: Boolean) {
  drainWorker(id: $id, undo: $undo) {
    worker {
      ...Worker
    }
  }
}
    fragment Worker on Worker {
  id
  status
  host
  version
  concurrency
  runningJobs
  completedJobs
  failedAttempts
  pagesPerMinute
  memoryBytes
  sandbox
  startedAt
  lastHeartbeat
  jobs {
    jobId
    tenantId
    stage
    progressPercentage
    pagesDone
    pagesTotal
    startedAt
  }
}`) as unknown as TypedDocumentString<DrainWorkerMutation, DrainWorkerMutationVariables>;
export const BulkOperationsDocument = new TypedDocumentString(`
    query BulkOperations($first: Int, $after: String) {
  bulkOperations(first: $first, after: $after) {
    nodes {
      ...BulkOperation
    }
    pageInfo {
      ...PageInfo
    }
  }
}
    fragment BulkOperation on BulkOperation {
  id
  kind
  status
  filter
  priority
  matched
  examined
  changed
  skipped
  createdAt
  finishedAt
  failingSince
}
fragment PageInfo on PageInfo {
  hasNextPage
  hasPreviousPage
  startCursor
  endCursor
}`) as unknown as TypedDocumentString<BulkOperationsQuery, BulkOperationsQueryVariables>;
export const RetryJobsDocument = new TypedDocumentString(`
    mutation RetryJobs($input: BulkInput!) {
  retryJobs(input: $input) {
    count
    operation {
      ...BulkOperation
    }
  }
}
    fragment BulkOperation on BulkOperation {
  id
  kind
  status
  filter
  priority
  matched
  examined
  changed
  skipped
  createdAt
  finishedAt
  failingSince
}`) as unknown as TypedDocumentString<RetryJobsMutation, RetryJobsMutationVariables>;
export const CancelJobsDocument = new TypedDocumentString(`
    mutation CancelJobs($input: BulkInput!) {
  cancelJobs(input: $input) {
    count
    operation {
      ...BulkOperation
    }
  }
}
    fragment BulkOperation on BulkOperation {
  id
  kind
  status
  filter
  priority
  matched
  examined
  changed
  skipped
  createdAt
  finishedAt
  failingSince
}`) as unknown as TypedDocumentString<CancelJobsMutation, CancelJobsMutationVariables>;
export const DeleteJobsDocument = new TypedDocumentString(`
    mutation DeleteJobs($input: BulkInput!) {
  deleteJobs(input: $input) {
    count
    operation {
      ...BulkOperation
    }
  }
}
    fragment BulkOperation on BulkOperation {
  id
  kind
  status
  filter
  priority
  matched
  examined
  changed
  skipped
  createdAt
  finishedAt
  failingSince
}`) as unknown as TypedDocumentString<DeleteJobsMutation, DeleteJobsMutationVariables>;
export const SetPriorityDocument = new TypedDocumentString(`
    mutation SetPriority($input: SetPriorityInput!) {
  setPriority(input: $input) {
    count
    operation {
      ...BulkOperation
    }
  }
}
    fragment BulkOperation on BulkOperation {
  id
  kind
  status
  filter
  priority
  matched
  examined
  changed
  skipped
  createdAt
  finishedAt
  failingSince
}`) as unknown as TypedDocumentString<SetPriorityMutation, SetPriorityMutationVariables>;
export const CancelBulkOperationDocument = new TypedDocumentString(`
    mutation CancelBulkOperation($id: ID!) {
  cancelBulkOperation(id: $id) {
    operation {
      ...BulkOperation
    }
  }
}
    fragment BulkOperation on BulkOperation {
  id
  kind
  status
  filter
  priority
  matched
  examined
  changed
  skipped
  createdAt
  finishedAt
  failingSince
}`) as unknown as TypedDocumentString<CancelBulkOperationMutation, CancelBulkOperationMutationVariables>;
export const QuarantineDocument = new TypedDocumentString(`
    query Quarantine($first: Int, $after: String) {
  quarantine(first: $first, after: $after) {
    nodes {
      sha256
      tenantId
      engine
      jobId
      detail
      createdAt
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
}`) as unknown as TypedDocumentString<QuarantineQuery, QuarantineQueryVariables>;
export const LiftQuarantineDocument = new TypedDocumentString(`
    mutation LiftQuarantine($sha256: String!, $tenant: ID) {
  liftQuarantine(sha256: $sha256, tenant: $tenant) {
    lifted
  }
}
    `) as unknown as TypedDocumentString<LiftQuarantineMutation, LiftQuarantineMutationVariables>;
export const AlertsDocument = new TypedDocumentString(`
    query Alerts($cleared: Boolean) {
  alerts(cleared: $cleared) {
    id
    kind
    detail
    advice
    raisedAt
    clearedAt
  }
}
    `) as unknown as TypedDocumentString<AlertsQuery, AlertsQueryVariables>;
export const AlertWebhookSecretDocument = new TypedDocumentString(`
    query AlertWebhookSecret {
  alertWebhookSecret
}
    `) as unknown as TypedDocumentString<AlertWebhookSecretQuery, AlertWebhookSecretQueryVariables>;
export const EraseTenantDocument = new TypedDocumentString(`
    mutation EraseTenant($id: ID!, $name: String!) {
  eraseTenant(id: $id, name: $name) {
    erasure {
      ...TenantErasure
    }
  }
}
    fragment TenantErasure on TenantErasure {
  id
  tenantId
  createdAt
  finishedAt
  jobs
  pages
  documents
  batches
  webhookEndpoints
  webhookDeliveries
  apiKeys
}`) as unknown as TypedDocumentString<EraseTenantMutation, EraseTenantMutationVariables>;
export const TenantErasuresDocument = new TypedDocumentString(`
    query TenantErasures($first: Int!) {
  tenantErasures(first: $first) {
    nodes {
      ...TenantErasure
    }
  }
}
    fragment TenantErasure on TenantErasure {
  id
  tenantId
  createdAt
  finishedAt
  jobs
  pages
  documents
  batches
  webhookEndpoints
  webhookDeliveries
  apiKeys
}`) as unknown as TypedDocumentString<TenantErasuresQuery, TenantErasuresQueryVariables>;
export const ArchiveJobsDocument = new TypedDocumentString(`
    mutation ArchiveJobs($input: BulkInput!) {
  archiveJobs(input: $input) {
    count
    operation {
      ...BulkOperation
    }
  }
}
    fragment BulkOperation on BulkOperation {
  id
  kind
  status
  filter
  priority
  matched
  examined
  changed
  skipped
  createdAt
  finishedAt
  failingSince
}`) as unknown as TypedDocumentString<ArchiveJobsMutation, ArchiveJobsMutationVariables>;
export const ArchivedJobsDocument = new TypedDocumentString(`
    query ArchivedJobs($first: Int, $after: String, $filter: ArchivedJobFilter) {
  archivedJobs(first: $first, after: $after, filter: $filter) {
    nodes {
      jobId
      tenantId
      batchId
      name
      status
      pages
      createdAt
      finishedAt
      archivedAt
      bytes
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
}`) as unknown as TypedDocumentString<ArchivedJobsQuery, ArchivedJobsQueryVariables>;
export const RestoreJobDocument = new TypedDocumentString(`
    mutation RestoreJob($id: ID!) {
  restoreJob(id: $id) {
    jobId
  }
}
    `) as unknown as TypedDocumentString<RestoreJobMutation, RestoreJobMutationVariables>;
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
  id
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
export const CreateWatchTokenDocument = new TypedDocumentString(`
    mutation CreateWatchToken($input: CreateWatchTokenInput!) {
  createWatchToken(input: $input) {
    token
    expiresAt
  }
}
    `) as unknown as TypedDocumentString<CreateWatchTokenMutation, CreateWatchTokenMutationVariables>;