/**
 * Reads the state of the queue. The cost of every part is bounded by slots, by $1, or by the jobs of a minute up to $1.
 *
 * Job ids begin with their time of creation, so the index of ids finds the jobs of the last minute.
 *
 * Parameters: $1 maximum number of jobs to count, $2 the lowest id of a job of the last minute, $3 seconds without a
 * heartbeat after which a worker counts as dead, $4 maximum number of paused tenants.
 * Returns: one row.
 * Called by: `readQueue`. Locks nothing.
 */
export const queueState = `
WITH finished AS (
    SELECT count(*)::int AS n, count(*) FILTER (WHERE status_key = pagehive_status_key('COMPLETED'))::int AS completed,
           count(*) FILTER (WHERE status_key = pagehive_status_key('FAILED'))::int AS failed
      FROM (SELECT status_key FROM jobs WHERE finished_at > now() - interval '1 minute' LIMIT $1) minute
), waiting AS (
    SELECT (SELECT count(*)::int FROM (SELECT 1 FROM jobs WHERE status = 'PENDING' AND due_at IS NULL LIMIT $1) ready) AS ready,
           (SELECT count(*)::int FROM (SELECT 1 FROM jobs WHERE due_at IS NOT NULL AND status IN ('PENDING', 'RETRYING') LIMIT $1) due) AS due
), fleet AS (
    SELECT count(*)::int AS workers, coalesce(sum(concurrency) FILTER (WHERE draining_since IS NULL), 0)::int AS slots
      FROM workers WHERE heartbeat_at > now() - $3 * interval '1 second'
)
SELECT (SELECT queue_paused_at FROM installation) AS "pausedAt",
       ARRAY(SELECT id FROM tenants WHERE queue_paused_at IS NOT NULL ORDER BY queue_paused_at, id LIMIT $4) AS "pausedTenants",
       waiting.ready + waiting.due AS depth, waiting.due AS scheduled,
       (SELECT count(*)::int FROM jobs WHERE status = 'RUNNING') AS running,
       fleet.workers, fleet.slots,
       (SELECT count(*)::int FROM (SELECT 1 FROM jobs WHERE id >= $2 LIMIT $1) submitted) AS "submittedPerMinute",
       finished.completed AS "completedPerMinute", finished.failed AS "failedPerMinute"
  FROM waiting, finished, fleet`;
