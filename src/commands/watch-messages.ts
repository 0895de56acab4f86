import { GraphQLRequestError } from '../client/errors.ts';
import type { BatchCountsFragment, BatchFragment, JobQuery, ProgressFragment } from '../client/generated/graphql.ts';
import { printable } from './printable.ts';

export type FinishedJob = NonNullable<JobQuery['job']>;

/** Events of jobs and batches, and their final state. */
export type WatchedEvent = ProgressFragment | BatchCountsFragment;
export type Ended = FinishedJob | BatchFragment;

/** The error of a refused request, with one line per issue. */
export function describeError(error: unknown): string {
  if (!(error instanceof GraphQLRequestError)) return error instanceof Error ? error.message : String(error);
  const issues = error.issues.map(({ path, code, message }) => `\n  ${path.join('.')}: ${message} (${code})`);
  const advice = issues.length === 0 && error.advice !== null ? ` ${error.advice}` : '';
  return `${error.code}: ${error.message}${advice}${issues.join('')}`;
}

type EndOfJob = Pick<FinishedJob, 'status' | 'failure' | 'pagesDone'>;

/** The result in one line: the pages of a job or its failure, or the counts of a batch. */
export function describeEnd(ended: EndOfJob | BatchFragment): string {
  if ('total' in ended) return describeBatch(ended);
  const { status, failure, pagesDone } = ended;
  if (status === 'COMPLETED') return `COMPLETED, ${pages(pagesDone)}`;
  if (status === 'CANCELLED' || failure === null) return status;
  return describeFailure(status, failure);
}

function describeFailure(status: string, failure: NonNullable<FinishedJob['failure']>): string {
  return [`${status} ${failure.code}: ${failure.message}`, failure.advice].filter(Boolean).join(' ');
}

/** A failed job of a batch, with the reason. */
export function describeFailed({ jobId, name, failure }: Pick<ProgressFragment, 'jobId' | 'name' | 'failure'>): string {
  const called = name === null ? jobId : `${printable(name)} (${jobId})`;
  return failure === null ? `${called} FAILED` : `${called} ${describeFailure('FAILED', failure)}`;
}

/** Names up to two files, and counts more. */
export function describeFiles(files: string[]): string {
  return files.length <= 2 ? files.join(' and ') : `${files.length} files`;
}

/** The status and the counts of a batch. */
export function describeBatch(batch: Pick<BatchFragment, 'status'> & Counts): string {
  return `${batch.status}, ${describeCounts(batch)}`;
}

type Counts = Pick<BatchFragment, 'total' | 'completed' | 'failed' | 'cancelled'>;

function describeCounts({ total, completed, failed, cancelled }: Counts): string {
  const others = [failed > 0 && `${failed} failed`, cancelled > 0 && `${cancelled} cancelled`].filter(Boolean);
  return [`${completed}/${total === 1 ? '1 job' : `${total} jobs`}`, ...others].join(', ');
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

/** The current work of a job, or the counts of a batch, in a few words. */
export function describeProgress(event: Busy | BatchCountsFragment): string {
  return ['total' in event ? describeCounts(event) : doing(event), timeLeft(event)].filter(Boolean).join(', ');
}

function doing(event: Busy): string {
  const { status, stage, failure, nextRetryAt, queuePosition, bytesDone, bytesTotal, pagesDone, pagesTotal } = event;
  if (status === 'RETRYING') {
    const when = nextRetryAt === null ? '' : ` at ${new Date(nextRetryAt).toLocaleTimeString()}`;
    return `waiting to retry${when} after ${failure?.code ?? 'a failure'}`;
  }
  if (status === 'PENDING') return `waiting for a worker${queuePosition === null ? '' : `, number ${queuePosition}`}`;
  if (status !== 'RUNNING') return status;
  if (stage === 'DOWNLOAD') return `downloading ${megabytes(bytesDone ?? 0, bytesTotal)}`;
  return pagesTotal === null ? 'opening' : `${pagesDone}/${pages(pagesTotal)}`;
}

/** Uses only the server's clock, because ours may be wrong. */
function timeLeft({ estimatedCompletion, at }: Pick<Busy, 'estimatedCompletion' | 'at'>): string {
  if (estimatedCompletion === null) return '';
  const seconds = Math.max(1, Math.round((Date.parse(estimatedCompletion) - Date.parse(at)) / 1000));
  if (seconds < 120) return `about ${seconds} s left`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `about ${minutes} min left` : `about ${Math.round(minutes / 60)} h left`;
}

export function describeUpload(bytesSent: number, bytesTotal: number | null): string {
  return `uploading ${megabytes(bytesSent, bytesTotal)}`;
}

/** Includes the total if it is known. */
export function megabytes(done: number, total: number | null): string {
  const text = (bytes: number) => (bytes / 1e6).toFixed(1);
  return total === null ? `${text(done)} MB` : `${text(done)}/${text(total)} MB`;
}

/** The size of a file. Small ones in bytes, because they would be 0.0 MB. */
export function fileSize(bytes: number): string {
  if (bytes >= 100_000) return megabytes(bytes, null);
  return bytes === 1 ? '1 byte' : `${bytes} bytes`;
}

function pages(count: number): string {
  return count === 1 ? '1 page' : `${count} pages`;
}
