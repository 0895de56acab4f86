/**
 * Finds live workers.
 *
 * Parameters: $1 seconds without a heartbeat after which a worker counts as dead.
 * Returns: one row for each worker.
 * Locks: nothing.
 * Called by: `pagehive doctor`.
 */
export const liveWorkers = `
SELECT w.version, w.concurrency FROM workers w WHERE w.heartbeat_at > now() - make_interval(secs => $1::float8)`;
