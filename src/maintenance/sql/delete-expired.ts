/**
 * Deletes expired rows.
 *
 * Parameters of all statements: $1 maximum number of rows; of some, $2 days that the rows are kept.
 * Returns: one row for each deleted row.
 * Locks: the rows; skips locked ones.
 * Called by: the pruner, in any number of processes.
 */

/** Idempotency keys of deleted jobs and batches. */
export const deleteKeys = `
DELETE FROM idempotency_keys k
 USING (SELECT tenant_id, key FROM idempotency_keys WHERE expires_at < now()
         ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED) old
 WHERE k.tenant_id = old.tenant_id AND k.key = old.key
RETURNING 1 AS deleted`;

/** How long the rows are kept, by the parameter. */
const kept = `make_interval(days => $2::int)`;

/** Deliveries that finished $2 days ago. */
export const deleteDeliveries = `
DELETE FROM webhook_deliveries d
 USING (SELECT id FROM webhook_deliveries WHERE finished_at < now() - ${kept}
         ORDER BY finished_at LIMIT $1 FOR UPDATE SKIP LOCKED) old
 WHERE d.id = old.id
RETURNING 1 AS deleted`;

/** Deliveries that have waited $2 days for a paused endpoint. */
export const deletePaused = `
DELETE FROM webhook_deliveries d
 USING (SELECT o.id FROM webhook_endpoints e JOIN webhook_deliveries o ON o.endpoint_id = e.id AND o.tenant_id = e.tenant_id
         WHERE e.paused_at < now() - ${kept} AND o.status = 'PENDING' AND o.created_at < now() - ${kept}
         LIMIT $1 FOR UPDATE OF o SKIP LOCKED) old
 WHERE d.id = old.id
RETURNING 1 AS deleted`;

/** How long alerts and bulk operations are kept after their end. */
const keepOperations = `interval '90 days'`;

const deleteEnded = (table: string, endedAt: string) => `
DELETE FROM ${table} t
 USING (SELECT id FROM ${table} WHERE ${endedAt} < now() - ${keepOperations}
         ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED) old
 WHERE t.id = old.id
RETURNING 1 AS deleted`;

/** Alerts that are over. */
export const deleteAlerts = deleteEnded('alerts', 'cleared_at');

/** Bulk operations that ended. */
export const deleteOperations = deleteEnded('bulk_operations', 'finished_at');

/**
 * API keys that were revoked or expired $2 days ago. The newest key always stays, because clients need a key as long as
 * there is any.
 */
export const deleteApiKeys = `
DELETE FROM api_keys k
 USING (SELECT id FROM api_keys WHERE least(revoked_at, expires_at) < now() - ${kept}
           AND EXISTS (SELECT FROM api_keys newer WHERE newer.id > api_keys.id)
         ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED) old
 WHERE k.id = old.id
RETURNING 1 AS deleted`;
