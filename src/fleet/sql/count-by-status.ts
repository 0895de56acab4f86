/**
 * Counts jobs by status. Final jobs are estimated from a sample.
 *
 * Parameters: $1 share of the table to sample, in percent; $2 maximum number of unfinished jobs to count.
 * Returns: rows of a status and a number; a status may have several rows or none.
 * Called by: `countByStatus`. Locks nothing.
 */
export const jobsByStatus = `
SELECT 'PENDING' AS status, count(*)::float8 AS n
  FROM (SELECT 1 FROM jobs WHERE status = 'PENDING' AND due_at IS NULL LIMIT $2) waiting
UNION ALL
SELECT status::text, count(*)::float8
  FROM (SELECT status FROM jobs WHERE due_at IS NOT NULL AND status IN ('PENDING', 'RETRYING') LIMIT $2) due GROUP BY status
UNION ALL
SELECT 'RUNNING', count(*)::float8 FROM jobs WHERE status = 'RUNNING'
UNION ALL
SELECT status::text, round(count(*) * 100 / $1::float8)
  FROM jobs TABLESAMPLE SYSTEM ($1::float8) WHERE status IN ('COMPLETED', 'FAILED', 'CANCELLED') GROUP BY status`;
