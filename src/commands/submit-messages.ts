import { GraphQLRequestError } from '../client/errors.ts';
import type { FinishedJobQuery, ProgressFragment } from '../client/generated/graphql.ts';

export type FinishedJob = NonNullable<FinishedJobQuery['job']>;

/** What the server said to a request that it refused, every issue on a line of its own. */
export function describeError(error: unknown): string {
  if (!(error instanceof GraphQLRequestError)) return error instanceof Error ? error.message : String(error);
  const issues = error.issues.map(({ path, code, message }) => `\n  ${path.join('.')}: ${message} (${code})`);
  const advice = issues.length === 0 && error.advice !== null ? ` ${error.advice}` : '';
  return `${error.code}: ${error.message}${advice}${issues.join('')}`;
}

/** How a job ended, in one line: its pages, or why there are none. */
export function describeEnd({
  status,
  failure,
  pagesDone,
}: Pick<FinishedJob, 'status' | 'failure' | 'pagesDone'>): string {
  if (status === 'COMPLETED') return `COMPLETED, ${pages(pagesDone)}`;
  if (status === 'CANCELLED' || failure === null) return status;
  return [`${status} ${failure.code}: ${failure.message}`, failure.advice].filter(Boolean).join(' ');
}

/** What a job is busy with, in a few words. */
export function describeProgress(event: ProgressFragment): string {
  const { status, stage, failure, nextRetryAt, bytesDone, bytesTotal, pagesDone, pagesTotal } = event;
  if (status === 'RETRYING') {
    const when = nextRetryAt === null ? '' : ` at ${new Date(nextRetryAt).toLocaleTimeString()}`;
    return `tried again${when} after ${failure?.code ?? 'a failure'}`;
  }
  if (status !== 'RUNNING') return status === 'PENDING' ? 'waiting for a worker' : status;
  if (stage === 'DOWNLOAD') return `downloading ${megabytes(bytesDone ?? 0, bytesTotal)}`;
  return pagesTotal === null ? 'opening' : `${pagesDone}/${pages(pagesTotal)}`;
}

export function describeUpload(bytesSent: number, bytesTotal: number | null): string {
  return `uploading ${megabytes(bytesSent, bytesTotal)}`;
}

function megabytes(done: number, total: number | null): string {
  const text = (bytes: number) => (bytes / 1e6).toFixed(1);
  return total === null ? `${text(done)} MB` : `${text(done)}/${text(total)} MB`;
}

function pages(count: number): string {
  return count === 1 ? '1 page' : `${count} pages`;
}
