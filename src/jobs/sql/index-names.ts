/**
 * Moves names of jobs into the table whose index finds them.
 *
 * Parameters: $1 rows at most.
 * Returns: one row for each name that was moved.
 * Locks: the jobs, FOR KEY SHARE as the foreign key would, so that a deletion waits instead of meeting this statement half-way; jobs
 * that are being deleted are skipped. Of two processes that do this at the same time, one moves each row.
 * Called by: `indexNames`.
 */
export const moveNames = `
WITH old AS (
    SELECT u.job_id FROM unindexed_job_names u JOIN jobs j ON j.id = u.job_id
     ORDER BY u.job_id LIMIT $1 FOR KEY SHARE OF j SKIP LOCKED
), moved AS (
    DELETE FROM unindexed_job_names u USING old WHERE u.job_id = old.job_id RETURNING u.*
)
INSERT INTO job_names (job_id, tenant_id, created_at, folded)
SELECT job_id, tenant_id, created_at, folded FROM moved ORDER BY created_at
RETURNING 1 AS moved`;
