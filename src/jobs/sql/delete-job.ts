import { afterDeletion } from '../../job-row/sql/after-deletion.ts';

/**
 * Locks the document of a job until the end of the transaction.
 *
 * Parameters: $1 job, $2 tenant.
 * Returns: one row, or none if the job does not exist.
 * Locks: the source row, FOR UPDATE. Concurrent deletions of jobs that share a document take turns here. A submission
 * that is about to use the document holds FOR SHARE: it either commits first and is seen by `deleteLockedJob`, or
 * finds the document gone.
 * Called by: `deleteJob`, before `deleteLockedJob`, in one READ COMMITTED transaction. It must be a separate statement,
 * so that the next one sees what was committed while this one waited.
 */
export const lockDocument = `
SELECT s.id FROM jobs j JOIN sources s ON s.id = j.source_id WHERE j.id = $1 AND j.tenant_id = $2 FOR UPDATE OF s`;

/**
 * Deletes a final job with its pages and attempts (by cascade), and releases what it referenced, see `afterDeletion`.
 *
 * Parameters: $1 job, $2 tenant; $3 the statuses that it may have and $4 the latest time of its end, null for any.
 * Returns: one row with the storage key of bytes that no row references any more; no row if there is no such final job.
 * Locks: the job row; the batch row, briefly, at most once an hour for each batch.
 * Called by: `deleteJob`, after `lockDocument`.
 */
export const deleteLockedJob = `
WITH job AS (
    DELETE FROM jobs j
     WHERE j.id = $1 AND j.tenant_id = $2 AND j.status IN ('COMPLETED', 'FAILED', 'CANCELLED')
       AND ($3::text[] IS NULL OR j.status::text = ANY ($3)) AND ($4::timestamptz IS NULL OR j.finished_at <= $4)
    RETURNING j.id, j.source_id, j.batch_id, j.webhook_id
), ${afterDeletion}
SELECT job.id, (SELECT storage_key FROM source) AS "storageKey" FROM job`;
