import { GraphQLRequestError } from '../client/errors.ts';
import type { JobQuery, ProgressFragment } from '../client/generated/graphql.ts';

export type FinishedJob = NonNullable<JobQuery['job']>;

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

type Busy = Pick<
  ProgressFragment,
  | 'status'
  | 'stage'
  | 'failure'
  | 'nextRetryAt'
  | 'queuePosition'
  | 'estimatedCompletion'
  | 'at'
  | 'bytesDone'
  | 'bytesTotal'
  | 'pagesDone'
  | 'pagesTotal'
>;

/** What a job is busy with, in a few words. */
export function describeProgress(event: Busy): string {
  return [doing(event), timeLeft(event)].filter(Boolean).join(', ');
}

function doing(event: Busy): string {
  const { status, stage, failure, nextRetryAt, queuePosition, bytesDone, bytesTotal, pagesDone, pagesTotal } = event;
  if (status === 'RETRYING') {
    const when = nextRetryAt === null ? '' : ` at ${new Date(nextRetryAt).toLocaleTimeString()}`;
    return `tried again${when} after ${failure?.code ?? 'a failure'}`;
  }
  if (status === 'PENDING') return `waiting for a worker${queuePosition === null ? '' : `, number ${queuePosition}`}`;
  if (status !== 'RUNNING') return status;
  if (stage === 'DOWNLOAD') return `downloading ${megabytes(bytesDone ?? 0, bytesTotal)}`;
  return pagesTotal === null ? 'opening' : `${pagesDone}/${pages(pagesTotal)}`;
}

/** By the server's clock alone: ours may be wrong. */
function timeLeft({ estimatedCompletion, at }: Busy): string {
  if (estimatedCompletion === null) return '';
  const seconds = Math.max(1, Math.round((Date.parse(estimatedCompletion) - Date.parse(at)) / 1000));
  if (seconds < 120) return `about ${seconds} s left`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `about ${minutes} min left` : `about ${Math.round(minutes / 60)} h left`;
}

export function describeUpload(bytesSent: number, bytesTotal: number | null): string {
  return `uploading ${megabytes(bytesSent, bytesTotal)}`;
}

/** Of how many, where that is known. */
export function megabytes(done: number, total: number | null): string {
  const text = (bytes: number) => (bytes / 1e6).toFixed(1);
  return total === null ? `${text(done)} MB` : `${text(done)}/${text(total)} MB`;
}

function pages(count: number): string {
  return count === 1 ? '1 page' : `${count} pages`;
}
