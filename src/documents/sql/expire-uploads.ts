/** Uploads used by jobs never expire: they are deleted with the last of these jobs. */
const never = `'9999-12-31T23:59:59Z'`;

/** How long an EXPIRED upload is distinguished from an unknown one. */
const keepExpired = `interval '30 days'`;

/**
 * Visits expired uploads. One that no job uses becomes EXPIRED and loses its bytes; later, its row is deleted. One that
 * a job uses is not visited again.
 *
 * Parameters: $1 maximum rows.
 * Returns: one row per visited upload, with the storage key of bytes that no row references any more.
 * Locks: the source rows; skips locked ones. A submission that is about to use an upload holds FOR KEY SHARE and
 * accepts only uploads that are not expired or are in use: because of the minute of grace, the two never meet.
 * Called by: the pruner, in any number of processes.
 */
export const expireUploads = `
WITH old AS (
    SELECT s.id, s.status, s.storage_key, EXISTS (SELECT FROM jobs j WHERE j.source_id = s.id)
                                          OR EXISTS (SELECT FROM archived_jobs a WHERE a.source_id = s.id) AS used
      FROM sources s WHERE s.expires_at < now() - interval '1 minute'
     ORDER BY s.expires_at LIMIT $1 FOR UPDATE SKIP LOCKED
), used AS (
    UPDATE sources s SET expires_at = ${never} FROM old WHERE s.id = old.id AND old.used
), expired AS (
    UPDATE sources s SET status = 'EXPIRED', storage_key = NULL, expires_at = now() + ${keepExpired}
      FROM old WHERE s.id = old.id AND NOT old.used AND old.status <> 'EXPIRED'
), gone AS (
    DELETE FROM sources s USING old WHERE s.id = old.id AND NOT old.used AND old.status = 'EXPIRED'
)
SELECT CASE WHEN NOT used THEN storage_key END AS "storageKey" FROM old`;
