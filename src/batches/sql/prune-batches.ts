/**
 * Visits batches of which a job was deleted a day ago. Deletes those without jobs, with their webhooks and deltas;
 * their idempotency keys stay reserved for another day. A batch that still has jobs, or archived ones, is visited
 * again after the next deletion.
 *
 * Parameters: $1 maximum rows.
 * Returns: one row for each batch visited.
 * Locks: the batch rows; skips locked ones. Jobs are never added to an existing batch. A concurrent deletion of a job
 * waits for the row and then makes the batch due again.
 * Called by: the pruner, in any number of processes.
 */
export const pruneBatches = `
WITH old AS (
    SELECT b.id, EXISTS (SELECT FROM jobs j WHERE j.batch_id = b.id)
              OR EXISTS (SELECT FROM archived_jobs a WHERE a.batch_id = b.id) AS used
      FROM batches b WHERE b.expires_at < now()
     ORDER BY b.expires_at LIMIT $1 FOR UPDATE SKIP LOCKED
), used AS (
    UPDATE batches b SET expires_at = NULL FROM old WHERE b.id = old.id AND old.used
), gone AS (
    DELETE FROM batches b USING old WHERE b.id = old.id AND NOT old.used RETURNING b.id, b.webhook_id
), webhook AS (
    DELETE FROM webhooks w USING gone WHERE w.id = gone.webhook_id
), delta AS (
    DELETE FROM batch_deltas d USING gone WHERE d.batch_id = gone.id
), key AS (
    UPDATE idempotency_keys k SET expires_at = now() + interval '24 hours' FROM gone WHERE k.batch_id = gone.id
)
SELECT id FROM old`;
