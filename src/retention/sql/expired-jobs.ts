/**
 * Finds final jobs to delete: those whose own time is over, then those older than their tenant keeps jobs, a share of
 * each tenant.
 *
 * Parameters: $1 maximum number of jobs in total, $2 maximum number of each tenant, $3 days that jobs are kept unless
 * the tenant has its own number, null for ever.
 * Returns: the jobs with the end that they had, `endedBy`: a job that was retried since is not deleted.
 * Locks: nothing; `deleteLockedJob` checks each job again.
 * Called by: `deleteExpiredJobs`.
 */
export const expiredJobs = `
(SELECT j.id, j.tenant_id AS "tenantId", j.finished_at AS "endedBy"
   FROM jobs j WHERE j.expires_at < now() ORDER BY j.expires_at LIMIT $1)
 UNION
(SELECT old.id, t.id, old.finished_at
   FROM tenants t,
        LATERAL (SELECT j.id, j.finished_at FROM jobs j
                  WHERE j.tenant_id = t.id
                    AND j.finished_at < now() - make_interval(days => coalesce((t.limits ->> 'jobsDays')::int, $3::int))
                  ORDER BY j.finished_at LIMIT $2) old
  LIMIT $1)`;
