import { type FailureCode, failureCodes, failures } from '../errors.ts';

const firstBackoffSeconds = 2;
const longestBackoffSeconds = 300;
/** Longer requested delays are capped to this, as for webhooks. */
const longestRetryAfterSeconds = 6 * 60 * 60;

/**
 * Number of times that a run may return to the queue without using a retry, unless it stored a new page in between.
 * Without this limit, workers that keep shutting down or pages that keep getting lost would make a job run forever.
 */
export const freeGiveBacks = 10;

/** Limits that no other process or engine can meet. */
const inputLimits: FailureCode[] = ['SIZE_LIMIT', 'PAGE_LIMIT', 'QUOTA_EXCEEDED'];

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
 * Returns the delay before a failed job is retried; null if it is not. Only this function decides that:
 *
 * - INPUT is never retried, because the same bytes fail in the same way.
 * - RESOURCE is retried once, immediately, in a new process and with the other engine if there is one; size and page
 *   limits and quotas never are.
 * - TRANSIENT is retried with exponential backoff and full jitter (AWS Architecture Blog, "Exponential Backoff And
 *   Jitter", 2015). The backoff starts after any delay that a server requested, so retries are neither early nor
 *   simultaneous.
 * - INTERNAL is retried like TRANSIENT.
 *
 * The row itself decides whether any retries are left, in the statement that fails the job.
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
