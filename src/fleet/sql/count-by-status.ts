/**
 * Counts jobs by status: unfinished ones exactly up to a maximum, and all but running ones in a sample.
 *
 * The cost is bounded by $2 and the size of the sample, not by the number of jobs.
 *
 * Parameters: $1 share of the table to sample, in percent; $2 maximum number of unfinished jobs to count.
 * Returns: rows of a status, a number, and whether it is an estimate from the sample. A status may have several rows or
 * none.
 * Called by: `countByStatus`. Locks nothing.
 */
export const jobsByStatus = `
SELECT 'PENDING' AS status, count(*)::float8 AS n, false AS sampled
  FROM (SELECT 1 FROM jobs WHERE status = 'PENDING' AND due_at IS NULL LIMIT $2) waiting
UNION ALL
SELECT status::text, count(*)::float8, false
  FROM (SELECT status FROM jobs WHERE due_at IS NOT NULL AND status IN ('PENDING', 'RETRYING') LIMIT $2) due GROUP BY status
UNION ALL
SELECT 'RUNNING', count(*)::float8, false FROM jobs WHERE status = 'RUNNING'
UNION ALL
SELECT status::text, round(count(*) * 100 / $1::float8), true
  FROM jobs TABLESAMPLE SYSTEM ($1::float8) WHERE status <> 'RUNNING' GROUP BY status`;
