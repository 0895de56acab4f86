/** Days of a limit of the tenant `t`, or else $3. */
const days = (limit: 'documentsDays' | 'imagesDays') =>
  `make_interval(days => coalesce((t.limits ->> '${limit}')::int, $3::int))`;

/** Whether a job that uses the document `s` has not ended, or not long enough ago. */
const inUse = (ago: string) =>
  `EXISTS (SELECT FROM jobs j WHERE j.source_id = s.id AND (j.finished_at IS NULL OR j.finished_at >= now() - ${ago}))`;

/** Whether a final or archived job has used the document `s`: others are uploads with their own expiry. */
const wasUsed = `(EXISTS (SELECT FROM jobs j WHERE j.source_id = s.id) OR EXISTS (SELECT FROM archived_jobs a WHERE a.source_id = s.id))`;

/** An upload that never expires, such as the sample, stays. */
const mayExpire = `NOT (s.kind = 'UPLOAD' AND s.expires_at IS NULL)`;

/**
 * Finds documents whose bytes are to be deleted: all their jobs ended longer ago than their tenant keeps documents. The
 * first of each tenant come first.
 *
 * Parameters: $1 maximum number in total, $2 maximum number of each tenant, $3 days that documents are kept unless the
 * tenant has its own number, null for ever.
 * Returns: the documents; `endedBy` is the time before which their jobs ended.
 * Locks: nothing; `forgetDocument` checks each document again.
 * Called by: `deleteOldDocuments`.
 */
export const oldDocuments = `
SELECT id, tenant_id AS "tenantId", ended_by AS "endedBy"
  FROM (SELECT t.id AS tenant_id, old.* FROM tenants t,
               LATERAL (SELECT s.id, s.created_at, now() - ${days('documentsDays')} AS ended_by, row_number() OVER (ORDER BY s.created_at) AS place
                          FROM sources s
                         WHERE s.tenant_id = t.id AND s.storage_key IS NOT NULL AND s.created_at < now() - ${days('documentsDays')}
                           AND ${mayExpire} AND ${wasUsed} AND NOT ${inUse(days('documentsDays'))}
                         ORDER BY s.created_at LIMIT $2) old) found
 ORDER BY place, created_at LIMIT $1`;

/**
 * Locks a document until the end of the transaction.
 *
 * Parameters: $1 document. Returns: one row, or none if it does not exist. Locks: the row, FOR UPDATE: submissions and
 * retries that are about to use the document hold a lock of their own, so they commit first, or find its bytes gone.
 * Called by: `deleteOldDocuments`, before `forgetDocument`, in one READ COMMITTED transaction.
 */
export const lockSource = 'SELECT s.id FROM sources s WHERE s.id = $1 FOR UPDATE';

/**
 * Forgets the bytes of a document. A URL can be downloaded again; other documents are EXPIRED.
 *
 * Parameters: $1 document, $2 the time before which all its jobs must have ended.
 * Returns: one row with the storage key of the bytes; no row if a job uses the document again.
 * Locks: the row, which `lockSource` has locked.
 * Called by: `deleteOldDocuments`.
 */
export const forgetDocument = `
WITH old AS (
    SELECT s.id, s.storage_key FROM sources s
     WHERE s.id = $1 AND s.storage_key IS NOT NULL
       AND NOT EXISTS (SELECT FROM jobs j WHERE j.source_id = s.id AND (j.finished_at IS NULL OR j.finished_at >= $2::timestamptz))
)
UPDATE sources s
   SET storage_key = NULL, status = CASE s.kind WHEN 'URL' THEN 'WAITING' ELSE 'EXPIRED' END::"UploadStatus"
  FROM old WHERE s.id = old.id
RETURNING old.storage_key AS "storageKey"`;

/**
 * Finds final jobs whose page images are to be deleted. The first of each tenant come first.
 *
 * Parameters: as of `oldDocuments`, for images.
 * Returns: the jobs with the end that they had.
 * Locks: nothing; `forgetImages` checks each job again.
 * Called by: `deleteOldImages`.
 */
export const jobsWithOldImages = `
SELECT id, tenant_id AS "tenantId", finished_at AS "endedBy"
  FROM (SELECT t.id AS tenant_id, old.* FROM tenants t,
               LATERAL (SELECT j.id, j.finished_at, row_number() OVER (ORDER BY j.finished_at) AS place FROM jobs j
                         WHERE j.tenant_id = t.id AND j.finished_at < now() - ${days('imagesDays')} AND j.finished_at IS NOT NULL
                           AND j.images_deleted_at IS NULL
                           AND (j.options @> '{"thumbnails": true}' OR j.options @> '{"pageImages": true}')
                         ORDER BY j.finished_at LIMIT $2) old) found
 ORDER BY place, finished_at LIMIT $1`;

/**
 * Forgets the images of a job's pages.
 *
 * Parameters: $1 job, $2 the end that it had.
 * Returns: a row for each file with images; no row if the job runs again, was deleted, or has no images.
 * Locks: the rows of the job and its pages.
 * Called by: `deleteOldImages`.
 */
export const forgetImages = `
WITH job AS (
    UPDATE jobs j SET images_deleted_at = now() WHERE j.id = $1 AND j.finished_at = $2::timestamptz RETURNING j.id
), old AS (
    SELECT p.number, p.images ->> 'key' AS key FROM pages p JOIN job ON p.job_id = job.id WHERE p.images IS NOT NULL
), forgotten AS (
    UPDATE pages p SET images = NULL FROM old WHERE p.job_id = $1 AND p.number = old.number
)
SELECT DISTINCT key FROM old WHERE key IS NOT NULL`;
