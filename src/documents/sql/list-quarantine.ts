/**
 * Lists quarantined documents of all tenants by their time.
 *
 * Parameters: $1 to $4 the key of a row, after which the list begins in its order: time, hash, tenant, engine; all null
 * for the beginning. $5 to $8 the key of the row before which it ends; $9 maximum rows.
 * Returns: the rows.
 * Called by: `listQuarantine`. Locks nothing.
 */
export const listQuarantineIn = (order: 'ASC' | 'DESC') => `
SELECT q.tenant_id AS "tenantId", q.sha256, q.engine_key AS "engineKey", q.job_id AS "jobId", q.detail, q.created_at AS "createdAt"
  FROM quarantine q
 WHERE ($1::timestamptz IS NULL OR (q.created_at, q.sha256, q.tenant_id, q.engine_key) < ($1, $2::text, $3::uuid, $4::text))
   AND ($5::timestamptz IS NULL OR (q.created_at, q.sha256, q.tenant_id, q.engine_key) > ($5, $6::text, $7::uuid, $8::text))
 ORDER BY q.created_at ${order}, q.sha256 ${order}, q.tenant_id ${order}, q.engine_key ${order} LIMIT $9::int`;

/**
 * Lifts the quarantine of a document, for all engines.
 *
 * Parameters: $1 hash, $2 tenant, or null for all tenants.
 * Returns: a row for each engine and tenant.
 * Locks: the rows.
 * Called by: `liftQuarantine`.
 */
export const lift = `
DELETE FROM quarantine WHERE sha256 = $1 AND ($2::uuid IS NULL OR tenant_id = $2) RETURNING engine_key AS "engineKey"`;
