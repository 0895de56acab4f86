import { fence } from '../../job-row/fence.ts';

/**
 * Records where the downloaded bytes of a claimed job's document are, unless another job of the document has done so.
 * Erases the credentials of its URL.
 *
 * Parameters: $1–$3 the fence; $4 storage key, $5 bytes, $6 SHA-256, $7 filename, $8 content type.
 * Returns: one row with the location of the bytes; no row if the claim is lost. Its columns are null if another job
 * recorded its bytes while this statement waited for the row, because the statement still sees the old row. Then run it
 * again.
 * Locks: the job row, by the fence; the source row.
 * Called by: `recordDownload`. May be repeated.
 */
export const recordSource = `
WITH job AS (
    SELECT j.source_id FROM jobs j WHERE ${fence} FOR UPDATE
), stored AS (
    UPDATE sources s
       SET status = 'STORED', storage_key = $4, bytes = $5, sha256 = $6, filename = coalesce(s.filename, $7), content_type = $8,
           sealed_credentials = NULL
      FROM job WHERE s.id = job.source_id AND s.storage_key IS NULL
    RETURNING s.storage_key, s.sha256
)
SELECT storage_key AS "storageKey", sha256 FROM stored
 UNION ALL
SELECT s.storage_key, s.sha256 FROM job JOIN sources s ON s.id = job.source_id WHERE NOT EXISTS (SELECT FROM stored)`;
