/** Some jobs of each tenant `t` that meet a condition, numbered in the order of their `column`. */
const ofEachTenant = (table: 'jobs' | 'archived_jobs', column: 'finished_at' | 'expires_at', condition: string) => `
SELECT t.id AS tenant_id, old.*
  FROM tenants t,
       LATERAL (SELECT j.id, j.finished_at, row_number() OVER (ORDER BY j.${column}) AS place FROM ${table} j
                 WHERE j.tenant_id = t.id AND ${condition} ORDER BY j.${column} LIMIT $2) old`;

/** Whether a job `j` ended more days ago than a limit of its tenant `t` says, or else $3. */
const olderThan = (limit: 'jobsDays' | 'archiveDays') =>
  `j.finished_at < now() - make_interval(days => coalesce((t.limits ->> '${limit}')::int, $3::int))`;

/** The first of each tenant come first, so that no tenant waits for another. */
const inTurn = (rows: string) => `
SELECT id, tenant_id AS "tenantId", finished_at AS "endedBy" FROM (${rows}) old
 ORDER BY place, finished_at LIMIT $1`;

/**
 * Finds final jobs to delete: those with an expired time, and those older than their tenant keeps jobs. The first of
 * each tenant come first.
 *
 * Parameters: $1 maximum number of jobs in total, $2 maximum number of each tenant and kind, $3 days that jobs are kept
 * unless the tenant has its own number, null for ever.
 * Returns: the jobs with the end that they had, `endedBy`: a job that was retried since is not deleted.
 * Locks: nothing; the deletion checks each job again.
 * Called by: `deleteExpiredJobs`.
 */
export const expiredJobs = (table: 'jobs' | 'archived_jobs') =>
  inTurn(`SELECT DISTINCT ON (id) *
  FROM (${ofEachTenant(table, 'expires_at', 'j.expires_at < now()')}
         UNION ALL${ofEachTenant(table, 'finished_at', olderThan('jobsDays'))}) found
 ORDER BY id, place`);

/**
 * Finds final jobs to archive: those that ended, or were restored, longer ago than their tenant keeps jobs out of the
 * archive. The first of each tenant come first.
 *
 * Parameters and result: as of `expiredJobs`.
 * Locks: nothing; `moveToArchive` checks each job again.
 * Called by: `archiveOldJobs`.
 */
export const archivableJobs = inTurn(
  ofEachTenant(
    'jobs',
    'finished_at',
    `${olderThan('archiveDays')}
                   AND (j.restored_at IS NULL OR j.restored_at < now() - make_interval(days => coalesce((t.limits ->> 'archiveDays')::int, $3::int)))`,
  ),
);
