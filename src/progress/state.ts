import type { FailureCode } from '../errors.ts';

/**
 * The progress of a job at one moment, complete in itself. Plain JSON: it crosses Redis as it is.
 * (revision, seq) is one total order without a clock: a transition raises the revision and has seq 0; whoever holds the
 * claim counts its updates from 1.
 */
export interface ProgressState {
  /** When it is expected to be final, and where in the queue it stands: null for not at all, left out where it is not known yet. */
  estimate?: Estimate | null;
  queuePosition?: number | null;
  jobId: string;
  tenantId: string;
  /** The batch that it belongs to. */
  batchId: string | null;
  /** Whether anybody may be told of it by webhook. */
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

/** The counts of a batch at one moment, as folded: they add up to `total`. Plain JSON, as above. */
export interface BatchState {
  batchId: string;
  tenantId: string;
  /** As of a job. */
  owesWebhook?: boolean;
  /** Rises with every fold: nothing happens to a batch between two of them. */
  revision: number;
  seq: 0;
  name: string | null;
  status: 'PENDING' | 'RUNNING' | 'COMPLETED' | 'PARTIALLY_FAILED' | 'FAILED' | 'CANCELLED';
  total: number;
  /** RETRYING included. */
  pending: number;
  running: number;
  completed: number;
  failed: number;
  cancelled: number;
  percent: number;
  /** ISO 8601. */
  at: string;
}

/** Times in ISO 8601. The end should lie between the outer two four times out of five. */
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

/** Null for text that no `formatCursor` made. */
export function parseCursor(text: string): Cursor | null {
  const match = /^(\d{1,9})\.(\d{1,9})$/.exec(text);
  return match ? { revision: Number(match[1]), seq: Number(match[2]) } : null;
}

/**
 * What `after` says about something at this revision; null for nothing. A cursor that is ahead of the rows is of something
 * else, or of what a crash of the database took back: heeded, it would hide even the end.
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
