import { pendingLanes } from './claim.ts';

/**
 * Pauses an endpoint. One that is paused already keeps its time and reason.
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
 * Makes up to 1,000 failed deliveries of an endpoint due at once, with all their tries before them.
 *
 * Parameters: $1 endpoint.
 * Returns: one row for each delivery.
 * Called by: `resumeEndpoint`, until a part is short.
 */
export const hurryPart = `
UPDATE webhook_deliveries d SET due_at = now(), tries = 0, failing_since = NULL
 WHERE d.id IN (SELECT o.id FROM webhook_deliveries o
                 WHERE o.endpoint_id = $1 AND o.status = 'PENDING' AND o.failing_since IS NOT NULL LIMIT 1000)
RETURNING 1 AS hurried`;

/**
 * Finds deleted endpoints with pending deliveries.
 *
 * Called by: `giveUpOrphans`. Locks nothing.
 */
export const orphaned = `
WITH RECURSIVE ${pendingLanes}
SELECT first.endpoint_id AS id
  FROM lanes l CROSS JOIN LATERAL (
    SELECT d.endpoint_id FROM webhook_deliveries d WHERE d.status = 'PENDING' AND d.lane = l.lane LIMIT 1) first
 WHERE first.endpoint_id IS NOT NULL
   AND NOT EXISTS (SELECT FROM webhook_endpoints e WHERE e.id = first.endpoint_id)`;

/**
 * Gives up to 1,000 pending deliveries of an endpoint up: DEAD.
 *
 * Parameters: $1 endpoint.
 * Returns: one row for each delivery.
 * Locks: the delivery rows; skips locked ones, which the next run finds.
 * Called by: `giveUpOrphans`, until a part is short.
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
