/**
 * Steps of a statement that deletes a job, as further parts of its WITH. They release what the job referenced: its
 * webhook, its batch, which is due for removal a day after the deletion of its last job, and its document if nothing
 * else uses it. Its idempotency key stays reserved for another day.
 *
 * Follows: a part `job` with id, source_id, batch_id and webhook_id of the deleted row.
 * Gives: a part `source` with the storage_key of bytes that no row references any more.
 * Locks: the batch row, briefly, at most once an hour for each batch. The row of the document must be locked before, by a
 * statement of its own, so that concurrent deletions of jobs that share a document take turns.
 * Part of: `deleteLockedJob`, `deleteLockedArchive`.
 */
export const afterDeletion = `key AS (
    UPDATE idempotency_keys k SET expires_at = now() + interval '24 hours' FROM job WHERE k.job_id = job.id
), webhook AS (
    -- A batch shares its webhook with all its jobs. Pending deliveries are still made.
    DELETE FROM webhooks w USING job WHERE w.id = job.webhook_id AND job.batch_id IS NULL
), batch AS (
    UPDATE batches b SET expires_at = now() + interval '24 hours' FROM job
     WHERE b.id = job.batch_id AND (b.expires_at IS NULL OR b.expires_at < now() + interval '23 hours')
), source AS (
    DELETE FROM sources s USING job
     WHERE s.id = job.source_id
       -- An upload that never expires, such as the sample, stays for the next job.
       AND NOT (s.kind = 'UPLOAD' AND s.expires_at IS NULL)
       AND NOT EXISTS (SELECT FROM jobs o WHERE o.source_id = s.id AND o.id <> job.id)
       AND NOT EXISTS (SELECT FROM archived_jobs o WHERE o.source_id = s.id AND o.id <> job.id)
    RETURNING s.storage_key
)`;
