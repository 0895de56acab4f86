import { afterDeletion } from '../../job-row/sql/after-deletion.ts';

/**
 * Locks the document of a job against deletion until the end of the transaction.
 *
 * Parameters: $1 job, $2 tenant.
 * Returns: one row, or none if the job does not exist.
 * Locks: the source row, FOR KEY SHARE. A deletion locks it first, too: in another order, the two could deadlock.
 * Called by: `archiveJob`, before `moveToArchive`, in one transaction.
 */
export const keepDocument = `
SELECT s.id FROM jobs j JOIN sources s ON s.id = j.source_id WHERE j.id = $1 AND j.tenant_id = $2 FOR KEY SHARE OF s`;

/**
 * The same for an archived job.
 *
 * Parameters: $1 job. Returns and locks: as `keepDocument`.
 * Called by: `restoreJob`, before `lockArchived`, in one transaction.
 */
export const keepArchivedDocument = `
SELECT s.id FROM archived_jobs a JOIN sources s ON s.id = a.source_id WHERE a.id = $1 FOR KEY SHARE OF s`;

/**
 * Replaces the rows of a final job by one in the archive. Its document, batch and webhook stay; its idempotency key
 * stays reserved for a day, as after a deletion.
 *
 * Parameters: $1 job, $2 tenant, $3 the version of its row that was written to the file; $4 number of pages, $5 storage key,
 * $6 bytes and $7 SHA-256 of the file.
 * Returns: one row; no row if the job was changed meanwhile: deleted, retried, or archived and restored.
 * Locks: the job row; FOR KEY SHARE the rows that it references, so that a deletion of another job with the same
 * document waits, and then sees the archived job.
 * Called by: `archiveJob`.
 */
export const moveToArchive = `
WITH job AS (
    DELETE FROM jobs j
     WHERE j.id = $1 AND j.tenant_id = $2 AND j.xmin::text = $3 AND j.status IN ('COMPLETED', 'FAILED', 'CANCELLED')
    RETURNING j.*
), key AS (
    UPDATE idempotency_keys k SET expires_at = now() + interval '24 hours' FROM job WHERE k.job_id = job.id
)
INSERT INTO archived_jobs (id, tenant_id, source_id, batch_id, webhook_id, name, status, pages, created_at, finished_at,
                           expires_at, storage_key, bytes, sha256)
SELECT id, tenant_id, source_id, batch_id, webhook_id, name, status, $4::int, created_at, finished_at,
       expires_at, $5, $6::bigint, $7
  FROM job
RETURNING id`;

/**
 * Locks an archived job until the end of the transaction.
 *
 * Parameters: $1 job.
 * Returns: one row; no row if the job is not archived, or if another transaction holds it.
 * Locks: the row, FOR UPDATE; skips it if it is locked.
 * Called by: `restoreJob`.
 */
export const lockArchived = `
SELECT id, storage_key AS "storageKey", sha256, webhook_id AS "webhookId" FROM archived_jobs WHERE id = $1 FOR UPDATE SKIP LOCKED`;

/**
 * Completes a restore. The job was inserted without its webhook, because the insertion of a job with a webhook is an
 * event.
 *
 * Parameters: $1 job, $2 its webhook or null.
 * Returns: one row.
 * Locks: the rows of the job, its idempotency key and the archived job.
 * Called by: `restoreJob`, in the transaction of `lockArchived`.
 */
export const endRestore = `
WITH archived AS (
    DELETE FROM archived_jobs WHERE id = $1
), key AS (
    UPDATE idempotency_keys k SET expires_at = NULL WHERE k.job_id = $1
)
UPDATE jobs j SET webhook_id = $2, restored_at = now() WHERE j.id = $1 RETURNING j.id`;

/**
 * Locks the document of an archived job until the end of the transaction, like `lockDocument`.
 *
 * Parameters: $1 job, $2 tenant.
 * Returns: one row, or none if the job is not archived.
 * Locks: the source row, FOR UPDATE.
 * Called by: `deleteArchivedJob`, before `deleteLockedArchive`, for the reason given at `lockDocument`.
 */
export const lockArchivedDocument = `
SELECT s.id FROM archived_jobs a JOIN sources s ON s.id = a.source_id WHERE a.id = $1 AND a.tenant_id = $2 FOR UPDATE OF s`;

/**
 * Deletes an archived job, and releases what it referenced, see `afterDeletion`.
 *
 * Parameters: $1 job, $2 tenant; $3 the latest time of its end, null for any.
 * Returns: one row with the storage key of its file, and of a document that no row references any more; no row if the
 * job is not archived.
 * Locks: the row, and those of `afterDeletion`.
 * Called by: `deleteArchivedJob`, after `lockArchivedDocument`.
 */
export const deleteLockedArchive = `
WITH job AS (
    DELETE FROM archived_jobs a
     WHERE a.id = $1 AND a.tenant_id = $2 AND ($3::timestamptz IS NULL OR a.finished_at <= $3)
    RETURNING a.id, a.source_id, a.batch_id, a.webhook_id, a.storage_key, a.pages
), ${afterDeletion}
SELECT job.storage_key AS "archiveKey", job.pages, (SELECT storage_key FROM source) AS "storageKey" FROM job`;

/**
 * Finds the keys of files that an archived job references.
 *
 * Parameters: $1 keys.
 * Returns: one row for each key that is referenced.
 * Locks: nothing.
 * Called by: `namedArchives`.
 */
export const namedArchives = `SELECT storage_key AS key FROM archived_jobs WHERE storage_key = ANY ($1::text[])`;
