/**
 * Pauses an endpoint. An already paused one keeps its time and reason.
 *
 * Parameters: $1 endpoint, $2 tenant.
 * Locks: the endpoint row.
 * Called by: `pauseEndpoint`.
 */
export const pauseOne = `
UPDATE webhook_endpoints
   SET paused_at = coalesce(paused_at, now()), pause_reason = coalesce(pause_reason, 'It was paused by hand.')
 WHERE id = $1 AND tenant_id = $2
RETURNING id`;

/**
 * Makes up to 1,000 failed deliveries of an endpoint due at once, with all attempts available again.
 *
 * Parameters: $1 endpoint.
 * Returns: one row for each delivery.
 * Called by: `resumeEndpoint`, until a part is short.
 */
export const makeDuePart = `
UPDATE webhook_deliveries d SET due_at = now(), tries = 0, failing_since = NULL
 WHERE d.id IN (SELECT o.id FROM webhook_deliveries o
                 WHERE o.endpoint_id = $1 AND o.status = 'PENDING' AND o.failing_since IS NOT NULL LIMIT 1000)
RETURNING 1 AS due`;

/**
 * Finds deleted endpoints with pending deliveries: one step through the index for each endpoint that has any. A tenant
 * has at most `maxEndpoints`.
 *
 * Called by: `giveUpOrphans`. Locks nothing.
 */
export const orphaned = `
WITH RECURSIVE named(id) AS (
    (SELECT d.endpoint_id FROM webhook_deliveries d
      WHERE d.status = 'PENDING' AND d.endpoint_id IS NOT NULL ORDER BY d.endpoint_id LIMIT 1)
    UNION ALL
    (SELECT next.endpoint_id FROM named
      CROSS JOIN LATERAL (
        SELECT d.endpoint_id FROM webhook_deliveries d
         WHERE d.status = 'PENDING' AND d.endpoint_id > named.id ORDER BY d.endpoint_id LIMIT 1) next)
)
SELECT named.id FROM named WHERE NOT EXISTS (SELECT FROM webhook_endpoints e WHERE e.id = named.id)`;

/**
 * Gives up at most 1,000 pending deliveries of an endpoint: DEAD.
 *
 * Parameters: $1 endpoint.
 * Returns: one row for each delivery.
 * Locks: the delivery rows; skips locked ones, which the next run finds.
 * Called by: `deleteEndpoint` and `giveUpOrphans`, until a part is short.
 */
export const giveUpPart = `
UPDATE webhook_deliveries d SET status = 'DEAD', finished_at = now()
 WHERE d.id IN (SELECT o.id FROM webhook_deliveries o
                 WHERE o.endpoint_id = $1 AND o.status = 'PENDING' LIMIT 1000 FOR UPDATE SKIP LOCKED)
RETURNING 1 AS dead`;

/** Renews a secret. The database's clock decides how long the previous one continues to sign. */
const rotate = (table: string, condition: string) => `
UPDATE ${table} SET secret_version = secret_version + 1, secret_rotated_at = now() WHERE ${condition} RETURNING id`;

/** Parameters: $1 endpoint, $2 tenant. Called by: `rotateEndpointSecret`. */
export const rotateEndpoint = rotate('webhook_endpoints', 'id = $1 AND tenant_id = $2');

/** Parameters: $1 tenant. Called by: `rotateTenantSecret`. */
export const rotateTenant = rotate('tenants', 'id = $1');
