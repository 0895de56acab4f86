import type { Database } from '../connections/database.ts';
import { RequestError } from '../errors.ts';
import type { LimitName } from '../refusal-limits.ts';
import type { Quotas } from './limits.ts';
import { type TenantUsage, type Usage, usageOfTenants } from './sql/usage.ts';

/** What a request would add to a tenant's usage. */
export interface Addition {
  jobs: number;
  /** At least 1 if the size is unknown. */
  bytes: number;
}

/** Maximum number of waiting jobs that are counted where no quota limits them. */
const maxCounted = 1_000_000;
/** Waiting jobs beyond the quota that are counted. Only a quota that was lowered is exceeded by many. */
const countedBeyond = 10_000;

/** Reads what a tenant uses of its quotas. */
export async function readUsage(database: Database, tenantId: string, { jobsWaiting }: Quotas): Promise<Usage> {
  const limit = (jobsWaiting ?? maxCounted) + countedBeyond;
  const [usage] = await database.query<TenantUsage>(usageOfTenants, [[tenantId], limit]);
  if (usage === undefined) throw new Error('the usage of a tenant is one row');
  return usage;
}

/** Maximum number of waiting jobs that are counted for each of several tenants. */
export const maxCountedOfEach = 100_000;

/** Reads what tenants use of their quotas, by tenant. */
export async function readUsages(database: Database, tenantIds: readonly string[]): Promise<Map<string, Usage>> {
  const usages = await database.query<TenantUsage>(usageOfTenants, [[...tenantIds], maxCountedOfEach]);
  return new Map(usages.map((usage) => [usage.tenantId, usage]));
}

/** Returns the quota values that statements with `withinQuotas` take, in the order of its parameters. */
export function quotaValues({ jobsWaiting, bytesStored, pagesPerMonth }: Quotas): (number | null)[] {
  return [jobsWaiting, bytesStored, pagesPerMonth];
}

/** Whether any quota applies. */
export function hasQuotas(quotas: Quotas): boolean {
  return quotaValues(quotas).some((quota) => quota !== null);
}

/** Whether a quota limits the known bytes that a statement adds, so that it must run after `lockBytes`. */
export function areBytesLimited({ bytesStored }: Quotas, bytes: number): boolean {
  return bytesStored !== null && bytes > 0;
}

/** Maximum attempts to add something whose quota is exceeded and free again in turn. */
const maxAttempts = 3;

/**
 * Repeats an attempt that returns null because a quota was exceeded when it began, and was free again when its usage
 * was read. So every QUOTA_EXCEEDED reports a usage that exceeds the quota.
 */
export async function untilDecided<T>(quotas: Quotas, attempt: () => Promise<T | null>): Promise<T> {
  for (let attempts = 0; attempts < maxAttempts; attempts += 1) {
    const result = await attempt();
    if (result !== null) return result;
    if (!hasQuotas(quotas)) throw new Error('nothing was inserted, and no reason was found');
  }
  throw new RequestError('OVERLOADED', {
    message: 'The usage of your quotas changes too fast to be compared with them.',
    limit: 'quota_changes',
  });
}

/** Throws QUOTA_EXCEEDED if the addition exceeds a quota. Reads the usage only if there is a quota. */
export async function checkQuotas(
  database: Database,
  { tenantId, quotas }: { tenantId: string; quotas: Quotas },
  addition: Addition,
): Promise<void> {
  if (!hasQuotas(quotas)) return;
  const error = exceededBy(await readUsage(database, tenantId, quotas), quotas, addition);
  if (error !== null) throw error;
}

/** Returns the error of the first quota that an addition exceeds; null if it fits. */
function exceededBy(usage: Usage, quotas: Quotas, { jobs, bytes }: Addition): RequestError | null {
  const { jobsWaiting, bytesStored, pagesPerMonth } = quotas;
  if (jobsWaiting !== null && jobs > 0 && usage.jobsWaiting + jobs > jobsWaiting) {
    return exceeded({
      quota: 'jobsWaiting',
      limit: jobsWaiting,
      used: usage.jobsWaiting,
      message: `At most ${jobsWaiting} jobs may wait; ${usage.jobsWaiting} do, and the request adds ${jobs}.`,
      advice:
        jobs > jobsWaiting
          ? 'Send fewer jobs at a time, or ask the operator for a higher quota.'
          : 'Send the request again when some of the waiting jobs have started.',
    });
  }
  const { bytesStored: stored, bytesArriving: arriving } = usage;
  if (bytesStored !== null && bytes > 0 && stored + arriving + bytes > bytesStored) {
    return bytesExceeded({ stored, arriving, limit: bytesStored, bytes });
  }
  if (pagesPerMonth !== null && jobs > 0 && usage.pagesThisMonth >= pagesPerMonth) {
    return exceeded({
      quota: 'pagesPerMonth',
      limit: pagesPerMonth,
      used: usage.pagesThisMonth,
      message: `At most ${pagesPerMonth} pages may be processed in a month; ${usage.pagesThisMonth} were.`,
      advice: 'Send the request again next month (UTC), or ask the operator for a higher quota.',
    });
  }
  return null;
}

/** Documents that the quota of stored bytes would admit if other documents were not arriving. */
export class BytesReservedError extends RequestError {}

interface Bytes {
  /** Bytes of stored documents. */
  stored: number;
  /** Bytes that arriving documents have reserved. */
  arriving: number;
  /** The quota. */
  limit: number;
  /** Bytes to be added. */
  bytes: number;
}

/** Returns the error of documents that the quota of stored bytes does not admit. */
export function bytesExceeded({ stored, arriving, limit, bytes }: Bytes): RequestError {
  const used = stored + arriving;
  const message = `At most ${limit} bytes of documents may be stored; ${used} are stored or arriving.`;
  const error = (advice: string, Class = RequestError) =>
    exceeded({ quota: 'bytesStored', limit, used, message, advice }, Class);
  if (bytes > limit) return error('Send a smaller document, or ask the operator for a higher quota.');
  if (stored + bytes > limit)
    return error('Delete jobs that you no longer need, or ask the operator for a higher quota.');
  return error('Send the request again when the documents that are arriving now have arrived.', BytesReservedError);
}

interface Exceeded {
  quota: keyof Quotas;
  limit: number;
  used: number;
  message: string;
  /** What makes the same request succeed. */
  advice: string;
}

const limitOfQuota = {
  bytesStored: 'bytes_stored',
  jobsWaiting: 'jobs_waiting',
  pagesPerMonth: 'pages_per_month',
} as const satisfies Record<keyof Quotas, LimitName>;

function exceeded({ message, ...details }: Exceeded, Class = RequestError): RequestError {
  return new Class('QUOTA_EXCEEDED', { message, details, limit: limitOfQuota[details.quota] });
}
