/**
 * Starts a delivery again at once, in any status, with the same id and its past attempts. Zero tries invalidate the
 * fence of an attempt in progress.
 *
 * Parameters: $1 delivery, $2 tenant.
 * Returns: one row; no row if the delivery does not exist or its endpoint was deleted.
 * Locks: the delivery row.
 * Called by: `redeliverWebhook`.
 */
export const redeliver = `
UPDATE webhook_deliveries d
   SET status = 'PENDING', tries = 0, failing_since = NULL, due_at = now(), finished_at = NULL
 WHERE d.id = $1 AND d.tenant_id = $2
   AND (d.endpoint_id IS NULL OR EXISTS (SELECT FROM webhook_endpoints e WHERE e.id = d.endpoint_id AND e.tenant_id = d.tenant_id))
RETURNING id`;
