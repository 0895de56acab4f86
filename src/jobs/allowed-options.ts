import { type InputIssue, RequestError } from '../errors.ts';
import { defaultPriority, type GivenOptions, type JobOptions, type RetryLimits } from '../job-row/options.ts';
import type { Allowance } from '../tenants/limits.ts';

/** The limits of a caller on the options of jobs. */
export type OptionAllowance = Pick<Allowance, 'timeoutSeconds' | 'memoryBytes' | 'priority'>;

function outOfRange(path: InputIssue['path'], message: string): InputIssue {
  return { path, code: 'OUT_OF_RANGE', message };
}

/** Returns the issue of requested options that exceed the limits of the caller; null if the limits allow them. */
export function issueOfOptions(
  { timeoutSeconds: max }: OptionAllowance,
  given: GivenOptions | null | undefined,
  path: InputIssue['path'],
): InputIssue | null {
  if ((given?.timeoutSeconds ?? 0) <= max) return null;
  return outOfRange([...path, 'timeoutSeconds'], `must not exceed ${max}, the limit of your key or tenant`);
}

/** Throws BAD_USER_INPUT if requested options exceed the limits of the caller. */
export function checkOptions(
  allowance: OptionAllowance,
  given: GivenOptions | null | undefined,
  path: InputIssue['path'],
): void {
  const issue = issueOfOptions(allowance, given, path);
  if (issue !== null) throw new RequestError('BAD_USER_INPUT', { issues: [issue] });
}

/** Returns the options within the limits of the caller. */
export function withinAllowance({ timeoutSeconds, memoryBytes }: OptionAllowance, options: JobOptions): JobOptions {
  return { ...options, timeoutSeconds: Math.min(options.timeoutSeconds, timeoutSeconds), memoryBytes };
}

/** Returns the limits within which a retry keeps the options and priority of a job. */
export function limitsOfRetry({ timeoutSeconds, priority: { min, max } }: OptionAllowance): RetryLimits {
  return { timeoutSeconds, minPriority: min, maxPriority: max };
}

/** Returns the issue of a requested priority; null if the caller may use it. */
export function issueOfPriority(
  { priority: { min, max } }: OptionAllowance,
  given: number | null | undefined,
): InputIssue | null {
  if (given == null || (given >= min && given <= max)) return null;
  return outOfRange(['input', 'priority'], `must be between ${min} and ${max}, the range of your key`);
}

/** Returns the requested priority; without one, the allowed priority that is nearest to the default. */
export function priorityOf({ priority: { min, max } }: OptionAllowance, given: number | null | undefined): number {
  return given ?? Math.min(max, Math.max(min, defaultPriority));
}

/**
 * Returns the priority by which repeated requests are recognized. It does not depend on the limits of the caller, which
 * may change or belong to another key of the tenant.
 */
export function requestedPriority(given: number | null | undefined): number {
  return given ?? defaultPriority;
}
