import type { FailureCode } from '../errors.ts';

/**
 * The complete progress of a job at one moment, as plain JSON for Redis. (revision, seq) is a total order without a
 * clock: a transition increases the revision and has seq 0; the worker counts its updates from 1.
 */
export interface ProgressState {
  /** The estimated end. Like the queue position below, it is null if the job has none, and omitted if not known yet. */
  estimate?: Estimate | null;
  queuePosition?: number | null;
  jobId: string;
  tenantId: string;
  /** The batch of the job. */
  batchId: string | null;
  /** Whether a webhook may be due. */
  owesWebhook?: boolean;
  revision: number;
  seq: number;
  name: string | null;
  status: 'PENDING' | 'RUNNING' | 'RETRYING' | 'COMPLETED' | 'FAILED' | 'CANCELLED';
  stage: 'QUEUED' | 'DOWNLOAD' | 'OPEN' | 'EXTRACT' | 'OCR' | 'RENDER' | 'STORE';
  percent: number;
  pagesDone: number;
  pagesTotal: number | null;
  bytesDone: number | null;
  bytesTotal: number | null;
  retryCount: number;
  /** ISO 8601, as is `at`. */
  nextRetryAt: string | null;
  failure: { code: FailureCode; message: string; page: number | null } | null;
  at: string;
}

/** The counts of a batch at one moment, which add up to `total`. Plain JSON, as above. */
export interface BatchState {
  batchId: string;
  tenantId: string;
  /** As for a job. */
  owesWebhook?: boolean;
  /** Increases with every aggregation: a batch does not change between two of them. */
  revision: number;
  seq: 0;
  name: string | null;
  status: 'PENDING' | 'RUNNING' | 'COMPLETED' | 'PARTIALLY_FAILED' | 'FAILED' | 'CANCELLED';
  total: number;
  /** Includes RETRYING. */
  pending: number;
  running: number;
  completed: number;
  failed: number;
  cancelled: number;
  percent: number;
  /** ISO 8601. */
  at: string;
}

/** ISO 8601 times. The end should lie between the outer two in four of five cases. */
export interface Estimate {
  at: string;
  earliest: string;
  latest: string;
}

export interface Cursor {
  revision: number;
  seq: number;
}

export function formatCursor(cursor: Cursor): string {
  return `${cursor.revision}.${cursor.seq}`;
}

/** Returns null for text that `formatCursor` did not produce. */
export function parseCursor(text: string): Cursor | null {
  const match = /^(\d{1,9})\.(\d{1,9})$/.exec(text);
  return match ? { revision: Number(match[1]), seq: Number(match[2]) } : null;
}

/**
 * Returns `after` if it can belong to an object at this revision, else null. A cursor ahead of the row belongs to
 * another object, or to a state that a crash of the database lost. Ignore it: honouring it would hide even the final
 * event.
 */
export function cursorWithin(after: Cursor | null, revision: number): Cursor | null {
  return after !== null && after.revision <= revision ? after : null;
}

export function isNewer(a: Cursor, b: Cursor): boolean {
  return a.revision > b.revision || (a.revision === b.revision && a.seq > b.seq);
}

export function isFinalBatch({ status }: Pick<BatchState, 'status'>): boolean {
  return status !== 'PENDING' && status !== 'RUNNING';
}

export function isFinal(state: Pick<ProgressState, 'status'>): boolean {
  return state.status === 'COMPLETED' || state.status === 'FAILED' || state.status === 'CANCELLED';
}
