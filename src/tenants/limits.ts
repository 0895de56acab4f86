import { z } from 'zod';
import type { ClientLimits } from '../config/client-limits.ts';
import { maxDays } from '../config/retention.ts';

/** A whole number between two others. */
function between(min: number, max: number): z.ZodNumber {
  const error = `must be between ${min} and ${max}`;
  const number = z.number({ error }).int({ error }).min(min, { error });
  // Larger numbers are no safe integers, so they would be reported twice.
  return max === Number.MAX_SAFE_INTEGER ? number : number.max(max, { error });
}

const maxBytes = Number.MAX_SAFE_INTEGER;

const rate = between(1, 1_000_000);
/** At least what an extractor needs without a document. */
const memory = between(512 * 1024 ** 2, maxBytes);
const timeout = between(1, 86_400);
const priority = between(0, 9);
const quota = between(0, 2_000_000_000);
const bytes = between(0, maxBytes);
const days = between(1, maxDays);

/** Checks for the limits of a key. Null stands for the default. */
export const keyLimitChecks = {
  requestsPerMinute: rate,
  timeoutSeconds: timeout,
  memoryBytes: memory,
  minPriority: priority,
  maxPriority: priority,
};

/** Checks for the limits of a tenant. Null stands for the default. */
export const tenantLimitChecks = {
  requestsPerMinute: rate,
  jobsWaiting: quota,
  bytesStored: bytes,
  pagesPerMonth: quota,
  timeoutSeconds: timeout,
  memoryBytes: memory,
  jobsDays: days,
  archiveDays: days,
  documentsDays: days,
  imagesDays: days,
};

/** Check for the number of jobs of a tenant that run at the same time, which its row stores in a column. */
export const jobsRunningCheck = quota;

const keyLimits = z.object(keyLimitChecks).partial();
const tenantLimits = z.object(tenantLimitChecks).partial();

/** Limits of a key other than the defaults, as its row stores them. */
export type KeyLimits = z.infer<typeof keyLimits>;
/** Limits of a tenant other than the defaults, as its row stores them. */
export type TenantLimits = z.infer<typeof tenantLimits>;

/** The same limits, where null resets one to its default. */
export type Nullable<Limits> = { [Name in keyof Limits]?: Limits[Name] | null };

/** Limits of what a tenant may store and process. Null stands for no limit. */
export interface Quotas {
  /** Jobs that are PENDING or RETRYING. */
  jobsWaiting: number | null;
  /** Bytes of stored documents. */
  bytesStored: number | null;
  /** Pages processed in a calendar month (UTC). */
  pagesPerMonth: number | null;
}

/** No limits, for jobs that no request submits. */
export const noQuotas: Quotas = { jobsWaiting: null, bytesStored: null, pagesPerMonth: null };

/** The limits of a caller: those of its key, of its tenant, and of the environment. */
export interface Allowance {
  /** Requests of the key; null without a key or limit. */
  requestsPerMinute: number | null;
  /** Requests of all keys of the tenant; null without a limit. */
  tenantRequestsPerMinute: number | null;
  quotas: Quotas;
  /** Maximum of `options.timeoutSeconds`. */
  timeoutSeconds: number;
  /** Memory of the process that reads a document, in bytes; null for that of the installation. */
  memoryBytes: number | null;
  priority: { min: number; max: number };
  /** Days that final jobs of the tenant are kept; null for ever. */
  jobsDays: number | null;
  /** Days after which final jobs of the tenant move to the archive; null for never. */
  archiveDays: number | null;
  /** Days that documents of the tenant are kept after the end of their last job; null for as long as the job. */
  documentsDays: number | null;
  /** Days that images of pages are kept after the end of their job; null for as long as the job. */
  imagesDays: number | null;
}

/** Reads stored limits. Limits that this version does not know are left out. */
export function storedKeyLimits(value: unknown): KeyLimits {
  return keyLimits.parse(value);
}

/** Reads stored limits. Limits that this version does not know are left out. */
export function storedTenantLimits(value: unknown): TenantLimits {
  return tenantLimits.parse(value);
}

/** Combines limits. `key` is null for a caller without a key. The strictest time and memory limits apply. */
export function allowanceOf(defaults: ClientLimits, tenant: TenantLimits, key: KeyLimits | null): Allowance {
  const { minPriority = 0, maxPriority = 9 } = key ?? {};
  const timeoutSeconds = tenant.timeoutSeconds ?? defaults.timeoutSeconds;
  const memoryLimits = [tenant.memoryBytes ?? [], key?.memoryBytes ?? []].flat();
  return {
    requestsPerMinute: key === null ? null : (key.requestsPerMinute ?? defaults.requestsPerMinute),
    tenantRequestsPerMinute: tenant.requestsPerMinute ?? defaults.tenantRequestsPerMinute,
    quotas: {
      jobsWaiting: tenant.jobsWaiting ?? defaults.jobsWaiting,
      bytesStored: tenant.bytesStored ?? defaults.bytesStored,
      pagesPerMonth: tenant.pagesPerMonth ?? defaults.pagesPerMonth,
    },
    timeoutSeconds: Math.min(key?.timeoutSeconds ?? timeoutSeconds, timeoutSeconds),
    memoryBytes: memoryLimits.length === 0 ? null : Math.min(...memoryLimits),
    priority: { min: minPriority, max: maxPriority },
    jobsDays: tenant.jobsDays ?? defaults.jobsDays,
    archiveDays: tenant.archiveDays ?? defaults.archiveDays,
    documentsDays: tenant.documentsDays ?? defaults.documentsDays,
    imagesDays: tenant.imagesDays ?? defaults.imagesDays,
  };
}
