/**
 * Reads a worker.
 *
 * Parameters: $1 id; $2 seconds without a heartbeat after which it counts as dead.
 * Returns: a row if the worker exists.
 * Locks: nothing.
 * Called by: `findWorker`.
 */
export const workerState = `
SELECT id, host, version, concurrency, running, started_at AS "startedAt", heartbeat_at AS "heartbeatAt",
       heartbeat_at > now() - $2 * interval '1 second' AS "isAlive"
  FROM workers WHERE id = $1`;
