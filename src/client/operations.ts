import { retry } from './backoff.ts';
import { GraphQLRequestError } from './errors.ts';
import {
  CancelJobDocument,
  CreateJobDocument,
  type CreateJobInput,
  type CreateJobMutation,
  DeleteJobDocument,
  JobDocument,
  type JobFragment,
  type JobQuery,
  JobsDocument,
  type JobsQuery,
  type JobsQueryVariables,
  type PageFragment,
  PagesDocument,
  RetryJobDocument,
  SearchPagesDocument,
  type SearchPagesQuery,
  type SearchPagesQueryVariables,
  type TypedDocumentString,
} from './generated/graphql.ts';
import type { RequestOptions } from './request.ts';

export type Request = <Data, Variables>(
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
  options?: RequestOptions,
) => Promise<Data>;

/** The queries and mutations of the generated documents, one function each. */
export interface Operations {
  /** Accepts a document and answers at once. `idempotencyKey` makes it safe to repeat. */
  createJob(input: CreateJobInput, options?: RequestOptions): Promise<CreateJobMutation['createJob']>;
  /** One job with the facts of its result; null if there is none. */
  job(id: string, options?: RequestOptions): Promise<JobQuery['job']>;
  /** Jobs, newest first: 20, or `first` up to 100; go on with `after: pageInfo.endCursor`. */
  jobs(variables?: JobsQueryVariables, options?: RequestOptions): Promise<JobsQuery['jobs']>;
  /** The pages stored so far, one after the other, however many there are. */
  pages(id: string, options?: RequestOptions): AsyncIterable<PageFragment>;
  /** Full-text search, best first. */
  searchPages(variables: SearchPagesQueryVariables, options?: RequestOptions): Promise<SearchPagesQuery['searchPages']>;
  cancelJob(id: string, options?: RequestOptions): Promise<JobFragment>;
  /** Starts a FAILED or CANCELLED job anew. A password must be given again. */
  retryJob(id: string, options?: RequestOptions & { password?: string }): Promise<JobFragment>;
  /** Deletes a job that has ended; gives its id. */
  deleteJob(id: string, options?: RequestOptions): Promise<string>;
}

export function createOperations(request: Request): Operations {
  return {
    createJob: async (input, options) => (await request(CreateJobDocument, { input }, options)).createJob,
    job: async (id, options) => (await request(JobDocument, { id }, options)).job,
    jobs: async (variables = {}, options) => (await request(JobsDocument, variables, options)).jobs,
    pages: (id, options) => readPages(request, id, options),
    searchPages: async (variables, options) => (await request(SearchPagesDocument, variables, options)).searchPages,
    cancelJob: async (id, options) => (await request(CancelJobDocument, { id }, options)).cancelJob.job,
    retryJob: async (id, { password, ...options } = {}) =>
      (await request(RetryJobDocument, { id, password }, options)).retryJob.job,
    deleteJob: async (id, options) => (await request(DeleteJobDocument, { id }, options)).deleteJob.deletedId,
  };
}

async function* readPages(
  request: Request,
  id: string,
  options: RequestOptions = {},
): AsyncGenerator<PageFragment, void, undefined> {
  let after: string | null = null;
  do {
    const variables: { id: string; first: number; after: string | null } = { id, first: 100, after };
    // A long document takes many requests: one that gets lost must not lose the others.
    const { job } = await retry(() => request(PagesDocument, variables, options), { maxTries: 10, ...options });
    if (job === null) throw new GraphQLRequestError('NOT_FOUND', 'There is no such job.');
    yield* job.pages.nodes;
    after = job.pages.pageInfo.hasNextPage ? job.pages.pageInfo.endCursor : null;
  } while (after !== null);
}
