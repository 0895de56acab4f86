import { type FailureCode, failures } from '../errors.ts';

const firstBackoffSeconds = 2;
const longestBackoffSeconds = 300;

/**
 * How long to wait before a failed job is tried again, or null for never; the one place that decides it.
 *
 *   INPUT      never: the same bytes fail the same way
 *   RESOURCE   never: the same limits are hit again
 *   TRANSIENT  exponential backoff with full jitter (AWS Architecture Blog, "Exponential Backoff And Jitter", 2015)
 *   INTERNAL   the same
 *
 * Whether any retries are left is decided by the row itself, in the statement that fails the job.
 */
export function retryDelaySeconds(
  code: FailureCode,
  retriesSoFar: number,
  random: () => number = Math.random,
): number | null {
  const { category } = failures[code];
  if (category === 'INPUT' || category === 'RESOURCE') return null;
  return random() * Math.min(longestBackoffSeconds, firstBackoffSeconds * 2 ** retriesSoFar);
}
