/** Slots of a row of `workers`: a draining worker has only those of the jobs that it still runs. */
export const slotsOf = (worker: string) =>
  `CASE WHEN ${worker}.draining_since IS NULL THEN ${worker}.concurrency ELSE ${worker}.running END`;

/**
 * Reads workers with the jobs that they run, longest running workers first.
 *
 * Parameters: $1 the id of one worker, or null for all; $2 seconds without a heartbeat after which a worker counts as
 * dead; $3 maximum number of workers; $4 maximum number of jobs of each.
 * Returns: a row for each worker.
 * Locks: nothing.
 * Called by: `listWorkers` and `findWorker`.
 */
export const workerStates = `
SELECT w.id, w.host, w.version, w.concurrency, w.running, w.sandbox, w.started_at AS "startedAt", w.heartbeat_at AS "heartbeatAt",
       w.heartbeat_at > now() - $2 * interval '1 second' AS "isAlive", w.draining_since AS "drainingSince",
       w.memory_bytes AS "memoryBytes", w.pages_per_minute AS "pagesPerMinute", w.completed, w.failed,
       (SELECT coalesce(jsonb_agg(to_jsonb(held) ORDER BY held."startedAt", held.id), '[]') FROM (
            SELECT j.id, j.tenant_id AS "tenantId", j.stage, j.percent, j.pages_done AS "pagesDone", j.pages_total AS "pagesTotal",
                   j.started_at AS "startedAt"
              FROM jobs j WHERE j.status = 'RUNNING' AND j.worker_id = w.id
             ORDER BY j.started_at, j.id LIMIT $4) held) AS jobs
  FROM workers w WHERE $1::uuid IS NULL OR w.id = $1
 ORDER BY w.started_at, w.id LIMIT $3`;

/**
 * Sets or ends the draining of a live worker. Repeating it changes nothing.
 *
 * Parameters: $1 worker, $2 whether it is to drain, $3 seconds without a heartbeat after which it counts as dead.
 * Returns: the id, if there is such a worker and it is alive.
 * Locks: the row of the worker.
 * Called by: `setDraining`.
 */
export const drain = `
UPDATE workers SET draining_since = CASE WHEN $2::bool THEN coalesce(draining_since, now()) END
 WHERE id = $1 AND heartbeat_at > now() - $3 * interval '1 second'
RETURNING id`;
