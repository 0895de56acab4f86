import { z } from 'zod';
import type { Database } from '../connections/database.ts';
import type { BulkOperationKind } from '../connections/prisma/enums.ts';
import { RequestError } from '../errors.ts';
import { encodeId, nilUuid } from '../ids.ts';
import { type Job, jobStatuses } from '../job-row/job.ts';
import { countingWindow, matchingWindow, type Source } from './sql/window.ts';

/** Which jobs an operation changes. A job has to meet all conditions; null ones are ignored. Stored as JSON. */
export interface JobsCondition {
  tenantId: string | null;
  ids: string[] | null;
  statuses: Job['status'][];
  failureCodes: string[] | null;
  batchId: string | null;
  /** Part of the name, in any case and Unicode form. */
  name: string | null;
  /** Accepted at or after this, as ISO 8601. */
  createdAfter: string | null;
  /** Accepted before this, as ISO 8601. */
  createdBefore: string | null;
  /**
   * The time of the request, as ISO 8601. Jobs that were accepted, retried or ended later do not match, because the
   * operator has not counted them.
   */
  requestedAt: string;
}

/** The statuses that an operation can change. */
export const changeable: Record<BulkOperationKind, readonly Job['status'][]> = {
  RETRY: ['FAILED', 'CANCELLED'],
  CANCEL: ['PENDING', 'RUNNING', 'RETRYING'],
  DELETE: ['COMPLETED', 'FAILED', 'CANCELLED'],
  PRIORITIZE: ['PENDING', 'RETRYING'],
  ARCHIVE: ['COMPLETED', 'FAILED', 'CANCELLED'],
};

/** A step of the walk over all jobs, in the order of their ids. */
export interface Window {
  /** Jobs that match, at most as many as were asked for. */
  ids: string[];
  /** Number of jobs examined. */
  examined: number;
  /** All jobs up to this id have been examined; null if there are no further ones. */
  end: string | null;
}

/** A step of a count, like `Window`. */
export interface Counted {
  count: number;
  end: string | null;
}

/** Maximum number of jobs that a count examines in one statement: it takes some tens of milliseconds. */
const countedAtOnce = 5_000;

/** The parameters $1 to $11 of the statements that walk over the jobs. */
function walkValues(condition: JobsCondition, after: string, size: number): (string | string[] | number | null)[] {
  const { tenantId, statuses, failureCodes, batchId, createdAfter, createdBefore, name, ids, requestedAt } = condition;
  return [tenantId, statuses, failureCodes, batchId, createdAfter, createdBefore, name, ids, after, size, requestedAt];
}

function sourceOf({ ids, batchId }: JobsCondition): Source {
  if (ids !== null) return 'ids';
  return batchId === null ? 'all' : 'batch';
}

/** Examines at most `size` jobs after `after`; the nil UUID stands for the beginning. */
export async function readWindow(
  database: Database,
  condition: JobsCondition,
  after: string,
  { size, most }: { size: number; most: number },
): Promise<Window> {
  const values = [...walkValues(condition, after, size), most];
  const [window] = await database.query<Window & Record<string, unknown>>(matchingWindow(sourceOf(condition)), values);
  if (window === undefined) throw new Error('a statement that must return one row returned none');
  return window;
}

/** Counts the jobs that match. Stops with an error when `signal` aborts. */
export async function countMatching(
  database: Database,
  condition: JobsCondition,
  signal: AbortSignal,
): Promise<number> {
  const statement = countingWindow(sourceOf(condition));
  let count = 0;
  for (let after: string | null = nilUuid; after !== null; ) {
    if (signal.aborted) throw new RequestError('DEADLINE_EXCEEDED');
    const values = walkValues(condition, after, countedAtOnce);
    const [window]: Counted[] = await database.query<Counted & Record<string, unknown>>(statement, values);
    if (window === undefined) throw new Error('a statement that must return one row returned none');
    count += window.count;
    after = window.end;
  }
  return count;
}

const storedCondition = z.object({
  tenantId: z.string().nullable(),
  ids: z.array(z.string()).nullable(),
  statuses: z.array(z.enum(jobStatuses)),
  failureCodes: z.array(z.string()).nullable(),
  batchId: z.string().nullable(),
  name: z.string().nullable(),
  createdAfter: z.string().nullable(),
  createdBefore: z.string().nullable(),
  requestedAt: z.string(),
});

/** Reads the condition of an operation's row. */
export function readCondition(filter: unknown): JobsCondition {
  return storedCondition.parse(filter);
}

/** Returns the condition of an operation's row with public ids, without conditions that are not set. */
export function publicFilter(filter: unknown): Record<string, unknown> {
  const { tenantId, ids, statuses, failureCodes, batchId, name, createdAfter, createdBefore } = readCondition(filter);
  return {
    ...(tenantId === null ? {} : { tenant: encodeId('tenant', tenantId) }),
    ...(ids === null ? {} : { jobs: ids.map((id) => encodeId('job', id)) }),
    status: statuses,
    ...(failureCodes === null ? {} : { failureCode: failureCodes }),
    ...(batchId === null ? {} : { batch: encodeId('batch', batchId) }),
    ...(name === null ? {} : { name }),
    ...(createdAfter === null ? {} : { createdAfter }),
    ...(createdBefore === null ? {} : { createdBefore }),
  };
}
