import { deliverySlots } from '../policy.ts';

/** Common table expression (RECURSIVE): the lanes of all unfinished deliveries, one step through the index each. */
export const pendingLanes = `lanes(lane) AS (
    (SELECT d.lane FROM webhook_deliveries d WHERE d.status = 'PENDING' ORDER BY d.lane LIMIT 1)
    UNION ALL
    (SELECT next.lane FROM lanes l
      CROSS JOIN LATERAL (
        SELECT d.lane FROM webhook_deliveries d WHERE d.status = 'PENDING' AND d.lane > l.lane ORDER BY d.lane LIMIT 1) next)
)`;

/** Condition: the delivery's endpoint `e`, if it has one, is neither paused nor deleted. */
const mayBeSent = 'e.paused_at IS NULL AND (first.endpoint_id IS NULL OR e.id IS NOT NULL)';

/**
 * Claims deliveries that are due.
 *
 * Each lane offers as many as it may still have in progress, so a receiver with ten thousand waiting deliveries delays
 * no other. A claim moves `due_at` to the time when it counts as lost, so the deliveries of a process that died become
 * due again automatically. It does not wait for the disk: a claim lost in a crash of the server is tried again, and
 * receivers must tolerate that anyway.
 *
 * Parameters: $1 maximum number of deliveries, $2 lanes in which this process works, $3 number of its deliveries in
 * each, $4 tenants that may have no more, $5 milliseconds that the claim holds.
 * Returns: the deliveries, oldest first, with what their signature needs.
 * Locks: the delivery rows; skips locked ones. Safe in any number of processes: `attempt` is the fence of what follows.
 * Called by: `claimDeliveries`.
 */
export const claimDue = `
WITH RECURSIVE settings AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true)), ${pendingLanes}, due AS (
    SELECT first.id, first.due_at FROM settings, lanes l
      LEFT JOIN unnest($2::text[], $3::int[]) AS busy(lane, n) ON busy.lane = l.lane
     CROSS JOIN LATERAL (
        SELECT d.id, d.due_at, d.tenant_id, d.endpoint_id FROM webhook_deliveries d
         WHERE d.status = 'PENDING' AND d.lane = l.lane AND d.due_at <= now()
         ORDER BY d.due_at LIMIT greatest(0, ${deliverySlots.lane} - coalesce(busy.n, 0))) first
      LEFT JOIN webhook_endpoints e ON e.id = first.endpoint_id
     WHERE ${mayBeSent} AND first.tenant_id <> ALL ($4::uuid[])
     ORDER BY first.due_at LIMIT $1
), free AS (
    SELECT d.id FROM webhook_deliveries d JOIN due ON due.id = d.id WHERE d.status = 'PENDING' AND d.due_at <= now()
       FOR UPDATE OF d SKIP LOCKED
), claimed AS (
    UPDATE webhook_deliveries d
       SET attempt = d.attempt + 1, tries = d.tries + 1, due_at = now() + $5 * interval '1 millisecond'
      FROM free WHERE d.id = free.id
    RETURNING d.*
)
SELECT c.id, c.tenant_id AS "tenantId", c.event, coalesce(e.url, c.url) AS url, c.endpoint_id AS "endpointId", c.lane, c.job_id AS "jobId",
       c.batch_id AS "batchId", c.snapshot, c.created_at AS "createdAt", c.attempt, c.tries, now() AS now,
       coalesce(e.id, t.id) AS "ownerId", coalesce(e.secret_version, t.secret_version) AS "secretVersion",
       CASE WHEN e.id IS NULL THEN t.secret_rotated_at ELSE e.secret_rotated_at END AS "secretRotatedAt"
  FROM claimed c JOIN tenants t ON t.id = c.tenant_id LEFT JOIN webhook_endpoints e ON e.id = c.endpoint_id
 ORDER BY c.created_at`;

/**
 * Counts the lanes in which a delivery is due.
 *
 * Returns: one row with the number, and the age in seconds of the oldest such delivery.
 * Called by: `readDue`. Locks nothing.
 */
export const dueLanes = `
WITH RECURSIVE ${pendingLanes}
SELECT count(*)::int AS lanes, extract(epoch FROM now() - min(first.due_at))::float8 AS "oldestSeconds"
  FROM lanes l
 CROSS JOIN LATERAL (
    SELECT d.due_at, d.endpoint_id FROM webhook_deliveries d
     WHERE d.status = 'PENDING' AND d.lane = l.lane AND d.due_at <= now() ORDER BY d.due_at LIMIT 1) first
  LEFT JOIN webhook_endpoints e ON e.id = first.endpoint_id
 WHERE ${mayBeSent}`;
