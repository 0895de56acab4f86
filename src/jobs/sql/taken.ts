/** The job or batch of an idempotency key; the other id is null. */
export interface Taken {
  jobId: string | null;
  batchId: string | null;
  fingerprint: string;
}

/**
 * The job or batch of an idempotency key; no row if the key is free.
 *
 * Parameters: $1 tenant, $2 key.
 * Called by: submissions, to find earlier ones. Expired keys are free, by the database's clock.
 */
export const takenKey = `
SELECT k.job_id AS "jobId", k.batch_id AS "batchId", k.fingerprint
  FROM idempotency_keys k WHERE k.tenant_id = $1 AND k.key = $2 AND (k.expires_at IS NULL OR k.expires_at > now())`;
