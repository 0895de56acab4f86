import { retry } from './backoff.ts';
import { GraphQLRequestError } from './errors.ts';
import {
  AttachmentsDocument,
  type AttachmentsQuery,
  BatchDocument,
  BatchesDocument,
  type BatchesQuery,
  type BatchesQueryVariables,
  type BatchFragment,
  BatchJobsDocument,
  type BatchJobsQuery,
  CancelBatchDocument,
  CancelJobDocument,
  CreateBatchDocument,
  type CreateBatchInput,
  type CreateBatchMutation,
  CreateJobDocument,
  type CreateJobInput,
  type CreateJobMutation,
  CreateWatchTokenDocument,
  type CreateWatchTokenInput,
  type CreateWatchTokenMutation,
  DeleteJobDocument,
  DownloadDocument,
  type DownloadFragment,
  JobDocument,
  type JobFilter,
  type JobFragment,
  type JobOptionsInput,
  type JobQuery,
  JobsDocument,
  type JobsQuery,
  type JobsQueryVariables,
  type PageFragment,
  PageImagesDocument,
  type PageImagesQuery,
  type PageInfoFragment,
  PagesDocument,
  type PagesQueryVariables,
  type ResultFormat,
  RetryBatchDocument,
  RetryJobDocument,
  SearchPagesDocument,
  type SearchPagesQuery,
  type SearchPagesQueryVariables,
  type TypedDocumentString,
} from './generated/graphql.ts';
import { payloadOf } from './payload.ts';
import type { RequestOptions } from './request.ts';

export type Request = <Data, Variables>(
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
  options?: RequestOptions,
) => Promise<Data>;

/** A job of a batch; `batchIndex` is the index of its item. */
export type BatchJob = NonNullable<BatchJobsQuery['batch']>['jobs']['nodes'][number];

/** The images of one page. */
export type PageImages = NonNullable<PageImagesQuery['job']>['pages']['nodes'][number];

export type Attachment = NonNullable<NonNullable<AttachmentsQuery['job']>['result']>['attachments'][number];

/** The queries and mutations of the generated documents, as functions. */
export interface Operations {
  /** Accepts a document and returns immediately. `idempotencyKey` makes it safe to repeat. */
  createJob(input: CreateJobInput, options?: RequestOptions): Promise<NonNullable<CreateJobMutation['createJob']>>;
  /** One job with the metadata of its result; null if it does not exist. */
  job(id: string, options?: RequestOptions): Promise<JobQuery['job']>;
  /** Jobs, newest first: 20, or `first` up to 100. Continue with `after: pageInfo.endCursor`. */
  jobs(variables?: JobsQueryVariables, options?: RequestOptions): Promise<JobsQuery['jobs']>;
  /** All pages stored so far, fetched as needed. */
  pages(id: string, options?: RequestOptions): AsyncIterable<PageFragment>;
  /** The images of the pages stored so far, also fetched as needed. URLs are null where no images were requested. */
  pageImages(id: string, options?: RequestOptions): AsyncIterable<PageImages>;
  /** The files embedded in a job's document, with signed URLs; null until the job is COMPLETED. */
  attachments(id: string, options?: RequestOptions): Promise<Attachment[] | null>;
  /** Full-text search, best first. */
  searchPages(variables: SearchPagesQueryVariables, options?: RequestOptions): Promise<SearchPagesQuery['searchPages']>;
  /** Creates a token that lets a browser watch one job or batch, and download one format if it names one. */
  createWatchToken(
    input: CreateWatchTokenInput,
    options?: RequestOptions,
  ): Promise<NonNullable<CreateWatchTokenMutation['createWatchToken']>>;
  cancelJob(id: string, options?: RequestOptions): Promise<JobFragment>;
  /** Runs a FAILED or CANCELLED job again, optionally with changed job options. A password must be given again. */
  retryJob(id: string, options?: RequestOptions & JobOptionsInput): Promise<JobFragment>;
  /** Deletes a job that has ended; returns its id. */
  deleteJob(id: string, options?: RequestOptions): Promise<string>;
  /** Accepts up to 10,000 documents, all or none, and returns immediately. `idempotencyKey` makes it safe to repeat. */
  createBatch(
    input: CreateBatchInput,
    options?: RequestOptions,
  ): Promise<NonNullable<CreateBatchMutation['createBatch']>>;
  /** One batch with its counts; null if it does not exist. */
  batch(id: string, options?: RequestOptions): Promise<BatchFragment | null>;
  /** Batches, newest first: 20, or `first` up to 100. Continue with `after: pageInfo.endCursor`. */
  batches(variables?: BatchesQueryVariables, options?: RequestOptions): Promise<BatchesQuery['batches']>;
  /** All jobs of a batch in the order of its items, fetched as needed. */
  batchJobs(id: string, options?: RequestOptions & { filter?: JobFilter }): AsyncIterable<BatchJob>;
  /** Cancels the unfinished jobs of a batch. In a large batch, that continues after the response. */
  cancelBatch(id: string, options?: RequestOptions): Promise<BatchFragment>;
  /** Runs the failed jobs of a batch again, optionally with changed job options. A password must be given again. */
  retryBatch(id: string, options?: RequestOptions & JobOptionsInput): Promise<BatchFragment>;
  /** Returns a signed URL of the result of a job or batch as a file; null if the result does not exist. */
  download(id: string, format: ResultFormat, options?: RequestOptions): Promise<DownloadFragment | null>;
}

export function createOperations(request: Request): Operations {
  return {
    createJob: async (input, options) => payloadOf((await request(CreateJobDocument, { input }, options)).createJob),
    job: async (id, options) => (await request(JobDocument, { id }, options)).job,
    jobs: async (variables = {}, options) => (await request(JobsDocument, variables, options)).jobs,
    pages: (id, options) => readPages(request, PagesDocument, id, options),
    pageImages: (id, options) => readPages(request, PageImagesDocument, id, options),
    attachments: async (id, options) =>
      (await request(AttachmentsDocument, { id }, options)).job?.result?.attachments ?? null,
    searchPages: async (variables, options) => (await request(SearchPagesDocument, variables, options)).searchPages,
    createWatchToken: async (input, options) =>
      payloadOf((await request(CreateWatchTokenDocument, { input }, options)).createWatchToken),
    cancelJob: async (id, options) => payloadOf((await request(CancelJobDocument, { id }, options)).cancelJob).job,
    retryJob: async (id, { signal, ...options } = {}) =>
      payloadOf((await request(RetryJobDocument, { id, options }, { signal })).retryJob).job,
    deleteJob: async (id, options) =>
      payloadOf((await request(DeleteJobDocument, { id }, options)).deleteJob).deletedId,
    createBatch: async (input, options) =>
      payloadOf((await request(CreateBatchDocument, { input }, options)).createBatch),
    batch: async (id, options) => (await request(BatchDocument, { id }, options)).batch,
    batches: async (variables = {}, options) => (await request(BatchesDocument, variables, options)).batches,
    batchJobs: (id, options) => readBatchJobs(request, id, options),
    cancelBatch: async (id, options) =>
      payloadOf((await request(CancelBatchDocument, { id }, options)).cancelBatch).batch,
    retryBatch: async (id, { signal, ...options } = {}) =>
      payloadOf((await request(RetryBatchDocument, { id, options }, { signal })).retryBatch).batch,
    async download(id, format, options) {
      const { node } = await request(DownloadDocument, { id, format }, options);
      if (node === null) return null;
      return ('result' in node ? node.result?.download : 'download' in node ? node.download : null) ?? null;
    },
  };
}

/** Reads the pages of a job with the fields of a document. */
async function* readPages<Node>(
  request: Request,
  document: TypedDocumentString<{ job: { pages: Part<Node> } | null }, PagesQueryVariables>,
  id: string,
  options: RequestOptions = {},
): AsyncGenerator<Node, void, undefined> {
  yield* readAll(options.signal, async (part) => {
    const { job } = await request(document, { id, ...part }, options);
    if (job === null) throw new GraphQLRequestError('NOT_FOUND', 'There is no such job.');
    return job.pages;
  });
}

async function* readBatchJobs(
  request: Request,
  id: string,
  { filter, ...options }: RequestOptions & { filter?: JobFilter } = {},
): AsyncGenerator<BatchJob, void, undefined> {
  yield* readAll(options.signal, async (part) => {
    const { batch } = await request(BatchJobsDocument, { id, filter, ...part }, options);
    if (batch === null) throw new GraphQLRequestError('NOT_FOUND', 'There is no such batch.');
    return batch.jobs;
  });
}

interface Part<Node> {
  nodes: Node[];
  pageInfo: PageInfoFragment;
}

/** Retries each request: a long list takes many, and one lost request must not lose the rest. */
async function* readAll<Node>(
  signal: AbortSignal | undefined,
  read: (part: { first: number; after: string | null }) => Promise<Part<Node>>,
): AsyncGenerator<Node, void, undefined> {
  let after: string | null = null;
  do {
    const part: Parameters<typeof read>[0] = { first: 100, after };
    const { nodes, pageInfo }: Part<Node> = await retry(() => read(part), { maxTries: 10, signal });
    yield* nodes;
    after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
  } while (after !== null);
}
