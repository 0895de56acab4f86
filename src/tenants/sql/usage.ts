/** A tenant's usage of what its quotas limit. */
export interface Usage {
  /** Jobs that are PENDING or RETRYING. */
  jobsWaiting: number;
  /** Bytes of stored documents. */
  bytesStored: number;
  /** Bytes reserved for documents that are being received or downloaded. */
  bytesArriving: number;
  /** Pages processed in this month (UTC). */
  pagesThisMonth: number;
}

// By `status_key`, whose index also serves the API's role.
const waitingJobs = (tenant: string) => `FROM jobs w WHERE w.tenant_id = ${tenant}
    AND w.status_key IN (pagehive_status_key('PENDING'), pagehive_status_key('RETRYING'))`;

const total = (column: 'bytes' | 'pages', tenant: string, where: string) => `(
    coalesce((SELECT sum(u.${column}) FROM tenant_usage u WHERE u.tenant_id = ${tenant} ${where}), 0)
    + coalesce((SELECT sum(d.${column}) FROM usage_deltas d WHERE d.tenant_id = ${tenant} ${where}), 0))`;

/** The bytes of a tenant's stored documents. */
export const storedBytes = (tenant: string) => total('bytes', tenant, '');

// A reservation ends in the transaction that stores its document, so that every byte counts exactly once.
/** The bytes reserved for arriving documents. `except` is a condition that leaves out reservations `a`. */
export const arrivingBytes = (tenant: string, except = '') => `coalesce((
    SELECT sum(a.bytes) FROM arrivals a JOIN sources s ON s.id = a.source_id AND s.tenant_id = a.tenant_id
     WHERE a.tenant_id = ${tenant} AND a.expires_at > now() AND s.storage_key IS NULL ${except}), 0)`;

const countedBytes = (tenant: string) => `(${storedBytes(tenant)} + ${arrivingBytes(tenant)})`;

const pagesThisMonth = (tenant: string) =>
  total('pages', tenant, `AND month = date_trunc('month', now() AT TIME ZONE 'UTC')::date`);

/** SQL expressions of the values that `withinQuotas` compares. */
export interface QuotaValues {
  tenant: string;
  /** Number of jobs to be added. */
  jobs: string;
  /** Bytes to be added; more than zero if they are unknown. */
  bytes: string;
  /** The quotas; null without a limit. */
  jobsWaiting: string;
  bytesStored: string;
  pagesPerMonth: string;
}

/**
 * Whether a tenant may add jobs. A quota that is null costs nothing: PostgreSQL omits its subquery when it plans the
 * statement. Concurrent statements do not see each other's jobs, so they may exceed the quotas of waiting jobs and pages
 * by what they add. Statements that add bytes run after `lockBytes`.
 */
export const withinQuotas = (q: QuotaValues) => `(
    (${q.jobsWaiting} IS NULL
     OR (SELECT count(*) FROM (SELECT ${waitingJobs(q.tenant)} LIMIT ${q.jobsWaiting}) w) + ${q.jobs} <= ${q.jobsWaiting})
    AND (${q.bytesStored} IS NULL OR ${q.bytes} = 0 OR ${countedBytes(q.tenant)} + ${q.bytes} <= ${q.bytesStored})
    AND (${q.pagesPerMonth} IS NULL OR ${pagesThisMonth(q.tenant)} < ${q.pagesPerMonth}))`;

/** The usage of one of several tenants. */
export interface TenantUsage extends Usage {
  tenantId: string;
}

/**
 * Reads the usage of tenants.
 *
 * Parameters: $1 tenants, $2 the number up to which the waiting jobs of each are counted.
 * Returns: one row for each tenant.
 * Called by: `readUsage`, `readUsages`. Locks nothing.
 */
export const usageOfTenants = `
SELECT t.id AS "tenantId", (SELECT count(*) FROM (SELECT ${waitingJobs('t.id')} LIMIT $2::int) w)::int AS "jobsWaiting",
       ${storedBytes('t.id')}::float8 AS "bytesStored", ${arrivingBytes('t.id')}::float8 AS "bytesArriving",
       ${pagesThisMonth('t.id')}::float8 AS "pagesThisMonth"
  FROM unnest($1::uuid[]) t(id)`;

/**
 * Lets the statements that add bytes of a tenant run one at a time: each sees what the previous one has added.
 *
 * Parameters: $1 tenant.
 * Locks: an advisory lock until the end of the transaction.
 * Called before: statements with `withinQuotas` that add a known number of bytes, and `reserveBytes`.
 */
export const lockBytes = 'SELECT FROM pg_advisory_xact_lock(7236, hashtext($1::uuid::text))';
