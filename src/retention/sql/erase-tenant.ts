/**
 * Begins to erase a tenant: revokes its keys, and pauses its queue so that no worker claims its jobs.
 *
 * Parameters: $1 a new erasure, $2 tenant, $3 the name of the tenant, as a confirmation.
 * Returns: one row with the erasure, new or from before; no row if there is no such tenant with this name.
 * Locks: the rows of the tenant and its keys.
 * Called by: `requestErasure`.
 */
export const beginErasure = `
WITH tenant AS (
    UPDATE tenants SET erasing_since = coalesce(erasing_since, now()), queue_paused_at = coalesce(queue_paused_at, now())
     WHERE id = $2 AND name = $3
    RETURNING id
), keys AS (
    UPDATE api_keys k SET revoked_at = coalesce(k.revoked_at, now()) FROM tenant WHERE k.tenant_id = tenant.id
)
INSERT INTO tenant_erasures AS e (id, erased_tenant_id) SELECT $1::uuid, id FROM tenant
ON CONFLICT (erased_tenant_id) DO UPDATE SET erased_tenant_id = EXCLUDED.erased_tenant_id
RETURNING e.id`;

/**
 * Finds some jobs of a tenant.
 *
 * Parameters: $1 tenant, $2 maximum number.
 * Returns: the jobs with the number of their stored pages.
 * Locks: nothing.
 * Called by: `erasePart`.
 */
export const someJobs = `
SELECT j.id, (SELECT count(*)::int FROM pages p WHERE p.job_id = j.id) AS pages
  FROM jobs j WHERE j.tenant_id = $1 ORDER BY j.created_at DESC, j.id DESC LIMIT $2`;

/** Deletes some rows of a tenant: $1 tenant, $2 maximum number. Returns: one row for each deleted row. */
const deleteSome = (table: string, key: string, returning: string) => `
DELETE FROM ${table} WHERE tenant_id = $1 AND ${key} IN (SELECT ${key} FROM ${table} WHERE tenant_id = $1 LIMIT $2) RETURNING ${returning}`;

/**
 * Delete what is left of a tenant without jobs, in this order, because rows name those of later tables.
 *
 * Parameters: $1 tenant, $2 maximum number of rows.
 * Returns: one row for each deleted row.
 * Locks: the rows.
 * Called by: `erasePart`.
 */
export const deleteDeliveries = deleteSome('webhook_deliveries', 'id', '1 AS deleted');
export const deleteBatchDeltas = deleteSome('batch_deltas', 'id', '1 AS deleted');
export const deleteBatches = deleteSome('batches', 'id', '1 AS deleted');
export const deleteWebhooks = deleteSome('webhooks', 'id', '1 AS deleted');
export const deleteEndpoints = deleteSome('webhook_endpoints', 'id', '1 AS deleted');
export const deleteIdempotencyKeys = deleteSome('idempotency_keys', 'key', '1 AS deleted');
export const deleteQuarantine = deleteSome('quarantine', 'sha256', '1 AS deleted');

/** Like the others, but returns the storage key of each document; null without bytes. */
export const deleteSources = deleteSome('sources', 'id', 'storage_key AS "storageKey"');

/**
 * Delete what a tenant without data consists of.
 *
 * Parameters: $1 tenant.
 * Returns: one row for each deleted row.
 * Locks: the rows. Fails with a violation of a foreign key if a request that had begun before the erasure has just
 * created something.
 * Called by: `erasePart`, in one transaction.
 */
export const deleteUsageDeltas = `DELETE FROM usage_deltas WHERE tenant_id = $1 RETURNING 1 AS deleted`;
export const deleteUsage = `DELETE FROM tenant_usage WHERE tenant_id = $1 RETURNING 1 AS deleted`;
/**
 * Gives the newest key of a tenant to another one if all keys are of this tenant.
 *
 * Parameters: $1 tenant, $2 the other tenant.
 * Locks: the row of the key. The erasure has revoked it.
 * Called by: `erasePart`, in the same transaction.
 */
export const keepLastKey = `
UPDATE api_keys k SET tenant_id = $2, name = NULL
 WHERE k.id = (SELECT id FROM api_keys WHERE tenant_id = $1 ORDER BY id DESC LIMIT 1)
   AND NOT EXISTS (SELECT FROM api_keys o WHERE o.tenant_id <> $1)`;
export const deleteApiKeys = `DELETE FROM api_keys WHERE tenant_id = $1 RETURNING 1 AS deleted`;
export const deleteTenant = `DELETE FROM tenants WHERE id = $1 RETURNING 1 AS deleted`;

/**
 * Adds deleted rows to a receipt, and notes its end.
 *
 * Parameters: $1 erasure, $2 the numbers of deleted rows by kind, as JSON; $3 whether nothing is left.
 * Locks: the row of the erasure.
 * Called by: `erasePart`.
 */
export const recordErased = `
UPDATE tenant_erasures e
   SET deleted = (SELECT coalesce(jsonb_object_agg(key, n), '{}')
                    FROM (SELECT key, sum(value::bigint) AS n
                            FROM (SELECT * FROM jsonb_each_text(e.deleted) UNION ALL SELECT * FROM jsonb_each_text($2::jsonb)) both_sets
                           GROUP BY key) sums),
       finished_at = CASE WHEN $3::bool THEN now() END
 WHERE e.id = $1`;
