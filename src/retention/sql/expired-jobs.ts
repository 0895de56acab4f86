/** Some jobs of each tenant `t` that meet a condition, numbered in the order of their `column`. */
const ofEachTenant = (column: string, condition: string) => `
SELECT t.id AS tenant_id, old.*
  FROM tenants t,
       LATERAL (SELECT j.id, j.finished_at, row_number() OVER (ORDER BY j.${column}) AS place FROM jobs j
                 WHERE j.tenant_id = t.id AND ${condition} ORDER BY j.${column} LIMIT $2) old`;

/**
 * Finds final jobs to delete: those whose own time is over, and those older than their tenant keeps jobs. The first of
 * each tenant come first, so that no tenant waits for another.
 *
 * Parameters: $1 maximum number of jobs in total, $2 maximum number of each tenant and kind, $3 days that jobs are kept
 * unless the tenant has its own number, null for ever.
 * Returns: the jobs with the end that they had, `endedBy`: a job that was retried since is not deleted.
 * Locks: nothing; `deleteLockedJob` checks each job again.
 * Called by: `deleteExpiredJobs`.
 */
export const expiredJobs = `
SELECT id, tenant_id AS "tenantId", finished_at AS "endedBy"
  FROM (SELECT DISTINCT ON (id) *
          FROM (${ofEachTenant('expires_at', 'j.expires_at < now()')}
                 UNION ALL${ofEachTenant(
                   'finished_at',
                   `j.finished_at < now() - make_interval(days => coalesce((t.limits ->> 'jobsDays')::int, $3::int))`,
                 )}) found
         ORDER BY id, place) expired
 ORDER BY place, finished_at LIMIT $1`;
