import { type FailureCode, failureCodes, failures } from '../errors.ts';

const firstBackoffSeconds = 2;
const longestBackoffSeconds = 300;
/** Longer requested delays are capped to this, as for webhooks. */
const longestRetryAfterSeconds = 6 * 60 * 60;

/**
 * How often a run may be given back to the queue without using a retry, unless a new page was stored in between. Beyond
 * that, workers that always shut down, or pages that are always lost, would keep a job running forever.
 */
export const freeGiveBacks = 10;

/** Limits on the input itself, which no other process or engine can meet. */
const inputLimits: FailureCode[] = ['SIZE_LIMIT', 'PAGE_LIMIT'];

/**
 * Failures of time, memory and progress: worth one more try in a new process, with the other engine if there is one.
 */
export const resourceCodes: readonly FailureCode[] = failureCodes.filter(
  (code) => failures[code].category === 'RESOURCE' && !inputLimits.includes(code),
);

/** Whether a retry can succeed. */
export function isRetryable(code: FailureCode): boolean {
  return failures[code].category === 'RESOURCE' ? resourceCodes.includes(code) : failures[code].category !== 'INPUT';
}

/**
 * The delay before a failed job is retried; null if it is not. Only this function decides it.
 *
 *   INPUT      never: the same bytes fail the same way
 *   RESOURCE   once, immediately, in a new process and with the other engine if there is one; size and page limits never
 *   TRANSIENT  exponential backoff with full jitter (AWS Architecture Blog, "Exponential Backoff And Jitter", 2015), counted
 *              from the end of a delay requested by the server, so never earlier and not all at once
 *   INTERNAL   the same
 *
 * Whether any retries are left is decided by the row itself, in the statement that fails the job.
 */
export function retryDelaySeconds(
  code: FailureCode,
  before: { retryCount: number; resourceFailures: number; retryAfterSeconds?: number | null },
  random: () => number = Math.random,
): number | null {
  if (!isRetryable(code)) return null;
  if (failures[code].category === 'RESOURCE') return before.resourceFailures === 0 ? 0 : null;
  const backoff = random() * Math.min(longestBackoffSeconds, firstBackoffSeconds * 2 ** before.retryCount);
  return Math.min(before.retryAfterSeconds ?? 0, longestRetryAfterSeconds) + backoff;
}
