/** A job whose document is named. */
export interface ExistingJob {
  id: string;
  expired: boolean;
}

/** The state of an upload that decides whether a job may use it. */
export interface UploadState {
  id: string;
  status: 'WAITING' | 'STORED' | 'EXPIRED';
  /** Whether it has expired by the database's clock, and no job uses it. */
  expired: boolean;
  sha256: string | null;
}

/**
 * Reads the states of existing uploads.
 *
 * Parameters: $1 ids, $2 tenant.
 * Called by: submissions, to find out what is wrong with an upload. Locks nothing: the insert decides.
 */
export const uploadStates = `
SELECT s.id, s.status::text AS status, s.sha256,
       coalesce(s.expires_at <= now(), false) AND NOT EXISTS (SELECT FROM jobs j WHERE j.source_id = s.id) AS expired
  FROM sources s WHERE s.id = ANY($1::uuid[]) AND s.tenant_id = $2 AND s.kind = 'UPLOAD'`;

/**
 * Returns which of these jobs exist, and whether their documents have been deleted (`expired`).
 *
 * Parameters: $1 ids, $2 tenant.
 * Called by: submissions that name the document of a job. Locks nothing: the insert decides.
 */
export const existingJobs = `
SELECT j.id, s.status = 'EXPIRED' AS expired FROM jobs j JOIN sources s ON s.id = j.source_id
 WHERE j.id = ANY($1::uuid[]) AND j.tenant_id = $2`;
