import { type FailureCode, failureCodes, failures } from '../errors.ts';

const firstBackoffSeconds = 2;
const longestBackoffSeconds = 300;
/** A server that asks to wait longer is asked again after this. The bound for webhooks is the same. */
const longestRetryAfterSeconds = 6 * 60 * 60;

/**
 * Times that a run may be given back to the queue for free, without a new page in between. Each further time costs a retry:
 * a worker that always shuts down, or pages that are always lost, must not keep a job running forever.
 */
export const freeGiveBacks = 10;

/** Limits of the input itself: no process and no engine meets them better. */
const inputLimits: FailureCode[] = ['SIZE_LIMIT', 'PAGE_LIMIT'];

/** Failures of time, memory and progress: worth one more try, in a fresh process and with the other engine where there is one. */
export const resourceCodes: readonly FailureCode[] = failureCodes.filter(
  (code) => failures[code].category === 'RESOURCE' && !inputLimits.includes(code),
);

/** Whether trying again can end differently. */
export function isRetryable(code: FailureCode): boolean {
  return failures[code].category === 'RESOURCE' ? resourceCodes.includes(code) : failures[code].category !== 'INPUT';
}

/**
 * How long to wait before a failed job is tried again, or null for never; the one place that decides it.
 *
 *   INPUT      never: the same bytes fail the same way
 *   RESOURCE   once, at once, in a fresh process and with the other engine where there is one; size and page limits never
 *   TRANSIENT  exponential backoff with full jitter (AWS Architecture Blog, "Exponential Backoff And Jitter", 2015), counted from
 *              the end of the wait where a server asked for one: never earlier, and not all at the same moment
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
