/** Common table expression (RECURSIVE): the tenants with waiting jobs, one step through the index each. */
export const waitingTenants = `tenants_waiting(tenant_id) AS (
    (SELECT tenant_id FROM jobs WHERE status = 'PENDING' AND due_at IS NULL ORDER BY tenant_id LIMIT 1)
    UNION ALL
    (SELECT next.tenant_id FROM tenants_waiting t
      CROSS JOIN LATERAL (
        SELECT j.tenant_id FROM jobs j
         WHERE j.status = 'PENDING' AND j.due_at IS NULL AND j.tenant_id > t.tenant_id
         ORDER BY j.tenant_id LIMIT 1) next)
)`;

/**
 * Common table expressions (RECURSIVE): the tenants that have rows to claim and may have more running. None while the
 * queue is paused, and not those whose own queue is.
 *
 * `eligible` has one row for each such tenant: its id, and in `room` the number of its jobs that may still start, or
 * null without a limit. The cost depends on the number of tenants and slots, not on the number of jobs.
 */
export const eligibleTenants = `${waitingTenants}, tenants_due(tenant_id) AS (
    (SELECT tenant_id FROM jobs WHERE due_at IS NOT NULL AND status IN ('PENDING', 'RETRYING') ORDER BY tenant_id LIMIT 1)
    UNION ALL
    (SELECT next.tenant_id FROM tenants_due t
      CROSS JOIN LATERAL (
        SELECT j.tenant_id FROM jobs j
         WHERE j.due_at IS NOT NULL AND j.status IN ('PENDING', 'RETRYING') AND j.tenant_id > t.tenant_id
         ORDER BY j.tenant_id LIMIT 1) next)
), eligible AS (
    SELECT t.id AS tenant_id, t.max_running - running.n AS room
      FROM tenants t
     CROSS JOIN LATERAL (
        SELECT CASE WHEN t.max_running IS NOT NULL
                    THEN (SELECT count(*) FROM jobs j WHERE j.tenant_id = t.id AND j.status = 'RUNNING') END AS n) running
     WHERE t.id IN (SELECT tenant_id FROM tenants_waiting UNION ALL SELECT tenant_id FROM tenants_due)
       AND (t.max_running IS NULL OR t.max_running > running.n)
       AND t.queue_paused_at IS NULL AND NOT EXISTS (SELECT FROM installation i WHERE i.queue_paused_at IS NOT NULL)
)`;

/**
 * Counts the jobs that a claim could take now. Excludes rows beyond the limit of their tenant.
 *
 * Parameters: $1 maximum count.
 * Returns: one row.
 * Called by: `countClaimable` for the sweeper, once a second. Locks nothing.
 */
export const countClaimableRows = `
WITH RECURSIVE ${eligibleTenants}
SELECT count(*)::int AS n FROM (
    SELECT 1 FROM eligible t
     CROSS JOIN LATERAL (
        SELECT 1 FROM (
            (SELECT 1 FROM jobs j WHERE j.status = 'PENDING' AND j.due_at IS NULL AND j.tenant_id = t.tenant_id LIMIT $1)
            UNION ALL
            (SELECT 1 FROM jobs j
              WHERE j.status IN ('PENDING', 'RETRYING') AND j.due_at <= now() AND j.tenant_id = t.tenant_id LIMIT $1)) waiting
         LIMIT coalesce(t.room, $1)) row
     LIMIT $1) claimable`;
