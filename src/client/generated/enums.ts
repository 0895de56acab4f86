/** The kinds of annotations that PDF defines, without links, form fields and popups. */
export type AnnotationKind =
  /** A mark where text is to be inserted. */
  | 'CARET'
  /** An ellipse. */
  | 'CIRCLE'
  /** An attached file, see `JobResult.attachments`. */
  | 'FILE_ATTACHMENT'
  /** Text written directly on the page. */
  | 'FREE_TEXT'
  /** Highlighted text. */
  | 'HIGHLIGHT'
  /** A freehand drawing. */
  | 'INK'
  /** A straight line. */
  | 'LINE'
  /** A film. */
  | 'MOVIE'
  /** A kind that PDF does not define. */
  | 'OTHER'
  /** A closed shape of straight lines. */
  | 'POLYGON'
  /** An open chain of straight lines. */
  | 'POLYLINE'
  /** A mark for the printer, such as a crop mark. */
  | 'PRINTER_MARK'
  /** A projection of a three-dimensional model. */
  | 'PROJECTION'
  /** A region that is marked for redaction. */
  | 'REDACT'
  /** Embedded media, such as video. */
  | 'RICH_MEDIA'
  /** A region in which media are played. */
  | 'SCREEN'
  /** A sound recording. */
  | 'SOUND'
  /** A rectangle. */
  | 'SQUARE'
  /** Text underlined with a jagged line. */
  | 'SQUIGGLY'
  /** A rubber stamp, such as "Approved". */
  | 'STAMP'
  /** Text that is struck out. */
  | 'STRIKEOUT'
  /** A note, shown as an icon. */
  | 'TEXT'
  /** A three-dimensional model. */
  | 'THREE_D'
  /** Colour trapping for a printing press. */
  | 'TRAP_NET'
  /** Underlined text. */
  | 'UNDERLINE'
  /** A graphic at a fixed place of the printed page. */
  | 'WATERMARK';

/** Why an attachment cannot be downloaded. */
export type AttachmentOmission =
  /** An earlier version processed the job and only listed attachments. Run the job again. */
  | 'NOT_STORED'
  /** The attachments of the document exceed 128 MiB, or the limit that the operator has set. */
  | 'TOO_LARGE'
  /** The attachment is damaged, or lies outside the document. */
  | 'UNREADABLE';

/** The kind of an actor. */
export type AuditActor =
  /** A client without a key, where clients need no key. */
  | 'ANONYMOUS'
  /** The holder of an API key. */
  | 'API_KEY'
  /** A user of the command line with access to the database. */
  | 'COMMAND_LINE'
  /** The holder of a watch token. */
  | 'WATCH_TOKEN';

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

/** The kinds of blocks. */
export type BlockKind =
  /** Lines in a fixed-width font. */
  | 'CODE'
  /** A footnote. */
  | 'FOOTNOTE'
  /** A heading. */
  | 'HEADING'
  /** One item of a list. */
  | 'LIST_ITEM'
  /** A paragraph or a caption. */
  | 'PARAGRAPH'
  /** A table. */
  | 'TABLE';

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

/** Why PDFIUM did not read a document although the requested engine was AUTO. */
export type DocumentFallback =
  /** PDFIUM crashed on the document before, or ran out of time or memory. */
  | 'AVOIDED'
  /** PDFIUM cannot open the document. */
  | 'CANNOT_OPEN';

/** What a client should know before it uses a result. */
export type DocumentNotice =
  /** The document is a dynamic XFA form. Only programs that run XFA, such as Adobe Acrobat, show its real pages. The pages here have what other readers show, often "Please wait…". */
  | 'DYNAMIC_FORM';

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

/** The kinds of form fields. */
export type FormFieldKind =
  /** A push button. */
  | 'BUTTON'
  /** A check box. */
  | 'CHECKBOX'
  /** A list of options. */
  | 'CHOICE'
  /** One radio button of a group. */
  | 'RADIO'
  /** A field for a signature. */
  | 'SIGNATURE'
  /** A field for text. */
  | 'TEXT';

/** The components that are checked. */
export type HealthCheckName =
  /** Whether workers answer wake-ups. */
  | 'canary'
  /** PostgreSQL. */
  | 'database'
  /** The maintenance process. */
  | 'maintenance'
  /** The wake-ups for workers that wait in Redis. */
  | 'permits'
  /** Whether waiting jobs are started. */
  | 'queue'
  /** Redis or Valkey. */
  | 'redis'
  /** What separates extractors from the rest of their machines. */
  | 'sandbox'
  /** The worker processes. */
  | 'workers';

/** The health of a component. */
export type HealthStatus =
  /** Jobs are accepted and safe, but delayed or slower. */
  | 'DEGRADED'
  /** Jobs cannot be accepted. */
  | 'DOWN'
  /** Everything works. */
  | 'OK';

/** Why a reader of the page does not see a text. */
export type HiddenReason =
  /** The text lies outside its clipping path. */
  | 'CLIPPED'
  /** Something opaque is painted over the text. */
  | 'COVERED'
  /** The text is neither filled nor stroked. */
  | 'INVISIBLE'
  /** The text belongs to a layer that viewers do not show by default. */
  | 'LAYER_OFF'
  /** The text lies outside the page. */
  | 'OFF_PAGE'
  /** The text has the colour of its background. */
  | 'SAME_COLOUR'
  /** The font is smaller than two points. */
  | 'TINY'
  /** The text is painted with no opacity, or through a mask that leaves nothing of it. */
  | 'TRANSPARENT';

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

/** What is wrong with a value of an input: the values of `code` in `extensions.issues`, which come with BAD_USER_INPUT. */
export type InputIssueCode =
  /** The URL leads to an address or port that is not allowed. */
  | 'ADDRESS_FORBIDDEN'
  /** The value cannot be combined with another one of the same input. */
  | 'CONFLICT'
  /** The document of the job is no longer stored. */
  | 'DOCUMENT_EXPIRED'
  /** The list names something twice. */
  | 'DUPLICATE'
  /** Exactly one of several fields must be given. */
  | 'EXACTLY_ONE'
  /** The text is not Base64 (RFC 4648). */
  | 'INVALID_BASE64'
  /** The text is not a cursor of this list, or not with these arguments. */
  | 'INVALID_CURSOR'
  /** The value is not a file of a multipart request. */
  | 'INVALID_FILE'
  /** The text does not have the format that its field describes. */
  | 'INVALID_FORMAT'
  /** The text does not describe ranges of pages. */
  | 'INVALID_PAGES'
  /** The text contains a NUL character or half of a surrogate pair. */
  | 'INVALID_TEXT'
  /** The value has the wrong type. */
  | 'INVALID_TYPE'
  /** The text is not an http or https URL. */
  | 'INVALID_URL'
  /** The value is not one of the possible values. */
  | 'INVALID_VALUE'
  /** The value is not the one that confirms the request. */
  | 'MISMATCH'
  /** The id names nothing that exists, or nothing of yours. */
  | 'NOT_FOUND'
  /** The query has no word to search for. */
  | 'NOT_SEARCHABLE'
  /** The number or date is outside its limits. */
  | 'OUT_OF_RANGE'
  /** The JSON value is nested too deeply. */
  | 'TOO_DEEP'
  /** The list has too few items. */
  | 'TOO_FEW_ITEMS'
  /** The value has too many bytes, or too many values inside it. */
  | 'TOO_LARGE'
  /** The text has too many characters. */
  | 'TOO_LONG'
  /** The list has too many items. */
  | 'TOO_MANY_ITEMS'
  /** The text has too few characters. */
  | 'TOO_SHORT'
  /** The value is not supported here. */
  | 'UNSUPPORTED'
  /** The upload has expired. */
  | 'UPLOAD_EXPIRED'
  /** The bytes of the upload have not arrived yet. */
  | 'UPLOAD_INCOMPLETE';

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

/** What OCR achieved on a page. */
export type OcrOutcome =
  /** OCR found no text in the requested languages. */
  | 'NOTHING_FOUND'
  /** OCR read text, which the text and Markdown of the page contain. */
  | 'READ'
  /** OCR was not possible: it has no binary for the machine of the worker, it crashed on the document before, or no engine can draw the page. */
  | 'UNAVAILABLE';

/** Why the text of a page differs from what the page shows. */
export type OcrReason =
  /** The letters are drawn as outlines, without text. */
  | 'DRAWN'
  /** The fonts do not say which characters they show. */
  | 'GARBLED'
  /** The page is a picture. */
  | 'SCANNED';

/** Why no engine could read a page. The codes are stable. */
export type PageFailureCode =
  /** The page made the engines crash. */
  | 'CRASH'
  /** The page is too damaged. */
  | 'DAMAGED'
  /** Reading the page took more memory than a page may take. */
  | 'MEMORY_LIMIT'
  /** Reading the page took longer than a page may take. */
  | 'TIME_LIMIT';

/** Why PDFJS read a page of a document that PDFIUM reads. */
export type PageFallback =
  /** PDFIUM does not know which characters the fonts show, and PDFJS does. */
  | 'GARBLED'
  /** PDFIUM misreads characters beyond the basic plane of Unicode. */
  | 'RARE_CHARACTERS'
  /** PDFIUM mixes up the order of right-to-left text. */
  | 'RIGHT_TO_LEFT'
  /** PDFIUM could not read the page. */
  | 'UNREADABLE'
  /** PDFIUM mixes up the order of vertical text. */
  | 'VERTICAL';

/** Why a request failed: the values of `extensions.code` of a top-level error. A job that fails has a `FailureCode` instead. */
export type RequestErrorCode =
  /** The file of the archived job is damaged. Restore the file from a backup of the storage; the log of the API names the job. */
  | 'ARCHIVE_CORRUPT'
  /** The HTTP request is not well-formed. Send JSON with the parameters query, operationName and variables; the message says what is wrong. */
  | 'BAD_REQUEST'
  /** The input is not valid. Fix the values that extensions.issues lists with their paths. */
  | 'BAD_USER_INPUT'
  /** The batch has already ended. A batch that has ended cannot be cancelled; retryBatch runs its failed jobs again. */
  | 'BATCH_FINAL'
  /** More jobs match than expected. Repeat the dry run without `expectedCount`, and confirm its count. */
  | 'COUNT_CHANGED'
  /** The operation exceeded its time limit. Ask for less in one operation: smaller pages, fewer fields, a narrower filter, fewer mutations. */
  | 'DEADLINE_EXCEEDED'
  /** The document of this job is no longer stored. Send the document again with createJob. */
  | 'DOCUMENT_EXPIRED'
  /** The signature of this URL is not valid, or it has expired. Use the URL exactly as it was returned, or request a new one. */
  | 'DOWNLOAD_URL_INVALID'
  /** The request is not allowed. Check where the request comes from and what its credentials allow. */
  | 'FORBIDDEN'
  /** The document is not GraphQL. */
  | 'GRAPHQL_PARSE_FAILED'
  /** The document does not fit the schema. */
  | 'GRAPHQL_VALIDATION_FAILED'
  /** This idempotency key was used for a job with other content or options. Use a new key for a new job; repeat a key only with the very same input. */
  | 'IDEMPOTENCY_CONFLICT'
  /** Something unexpected went wrong. Try again; if it persists, report it with the time of the request. */
  | 'INTERNAL_SERVER_ERROR'
  /** The job has already ended. A job that has ended cannot be cancelled, and a completed one cannot be retried. */
  | 'JOB_FINAL'
  /** The job has not ended yet. Cancel the job or wait for its end, then call again. */
  | 'JOB_NOT_FINAL'
  /** This address does not accept the HTTP method of the request. Send queries and mutations by POST, uploads by PUT; GET serves queries and downloads. */
  | 'METHOD_NOT_ALLOWED'
  /** It does not exist, or it is not yours. Check the id; deleted things are gone for good. */
  | 'NOT_FOUND'
  /** The document has several operations, and `operationName` names none of them. */
  | 'OPERATION_RESOLUTION_FAILURE'
  /** The server is overloaded right now. Try again after the number of seconds in Retry-After. */
  | 'OVERLOADED'
  /** The request is larger than its limit. Use createUpload and PUT for large files. */
  | 'PAYLOAD_TOO_LARGE'
  /** The operation may cost more than its limit. Ask for smaller pages with `first`, fewer nested lists, or fewer fields; compare extensions.cost and limit. */
  | 'QUERY_TOO_EXPENSIVE'
  /** The query is larger than its limits. Send a shorter query: pass values as variables, and split what is independent into several requests. */
  | 'QUERY_TOO_LARGE'
  /** The request would exceed a quota of your account. Delete data that you no longer need, wait until the quota is refilled, or ask the operator for a higher one. */
  | 'QUOTA_EXCEEDED'
  /** Too many requests arrived in a short time. Try again after the number of seconds in Retry-After. */
  | 'RATE_LIMITED'
  /** The body of the request arrived too slowly. Send it again over a faster connection; use createUpload and PUT for large files. */
  | 'REQUEST_TIMEOUT'
  /** The job is being restored. Wait a moment and call again; a restore takes seconds. */
  | 'RESTORE_IN_PROGRESS'
  /** The result is too large for one GraphQL response. Request fewer items at a time with `first`, or fetch the `download` of the result. */
  | 'RESULT_TOO_LARGE'
  /** The database cannot be reached right now. Try again in a few seconds, createJob with the same idempotencyKey, because the request may have succeeded. */
  | 'SERVICE_UNAVAILABLE'
  /** This tenant cannot be erased. Erase it with a key of another tenant. The default tenant cannot be erased; delete its jobs instead. */
  | 'TENANT_PROTECTED'
  /** The request has no valid credentials. Send a valid API key: as "Authorization: Bearer <key>", or by PAGEHIVE_KEY on the command line. */
  | 'UNAUTHENTICATED'
  /** The body is compressed or wrapped, which is not supported here. Send the bytes as they are, without Content-Encoding. */
  | 'UNSUPPORTED_ENCODING'
  /** The bytes of this upload are already stored. Use the upload as it is, or create another one for other bytes. */
  | 'UPLOAD_ALREADY_STORED'
  /** This upload has expired. Call createUpload again and PUT the file to the new URL. */
  | 'UPLOAD_EXPIRED'
  /** The bytes of this upload have not arrived yet. PUT the file to upload.url, wait for the response, then call createJob. */
  | 'UPLOAD_INCOMPLETE'
  /** Another PUT of this upload is in progress. Wait for its response, or end it and send the bytes again; a PUT without a connection ends within a minute. */
  | 'UPLOAD_IN_PROGRESS'
  /** The bytes are not the ones that createUpload announced. Send exactly the announced number of bytes with the announced SHA-256. */
  | 'UPLOAD_MISMATCH'
  /** The request contains only a part of the document. Send the whole document in one PUT, without Content-Range. */
  | 'UPLOAD_PARTIAL'
  /** The signature of this URL is not valid, or it has expired. Use the URL exactly as it was returned, or request a new one. */
  | 'UPLOAD_URL_INVALID';

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

/** The permissions of an API key. No scope includes another. */
export type Scope =
  /** Operations on the whole installation: health, metrics, workers, API keys, tenants, the audit log. */
  | 'OPERATOR'
  /** Queries and subscriptions on the tenant's data. */
  | 'READ'
  /** Mutations, and secrets that allow changes, such as `Upload.url`. A mutation returns only scalar fields of the changed object without READ. */
  | 'WRITE';

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

/** The status of an upload. */
export type UploadStatus =
  /** No job used the upload in time, and its bytes were deleted. */
  | 'EXPIRED'
  /** The bytes are stored durably. Pass the id to `createJob`. */
  | 'STORED'
  /** The bytes have not arrived. */
  | 'WAITING';

/** The status of a delivery. */
export type WebhookDeliveryStatus =
  /** The delivery was given up: it failed for a day, the receiver answered 410 Gone, or the endpoint was deleted. `redeliverWebhook` sends it again. */
  | 'DEAD'
  /** The receiver answered with a status from 200 to 299. */
  | 'DELIVERED'
  /** The delivery is sent or retried at `nextAttemptAt`, or waits for a paused endpoint. */
  | 'PENDING';

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
