import { attemptsPerFreeSlot, deliverySlots } from '../policy.ts';

/**
 * Deliveries of a tenant that are examined first: those that have been due longest. If a tenant has more, at least as
 * many of its lanes are examined, too. So a tenant with at most this number of lanes has all of them examined.
 */
const examined = 128;

/**
 * Common table expressions (RECURSIVE): `lanes`, the lanes to examine for due deliveries, by tenant and hash.
 *
 * The clients choose the hosts of their URLs, so one tenant may have a million lanes. The work for each tenant is
 * bounded, and independent of its lanes. Its longest due deliveries alone would not suffice: those of one paused or
 * slow destination may precede all others. Lanes from a random place of the index reach the others sooner or later.
 *
 * `isExamined` is a condition on the tenant `t.id`. Part of: `claimDue`, `dueLanes`.
 */
const lanesOf = (isExamined: string) => `pending(id) AS (
    (SELECT d.tenant_id FROM webhook_deliveries d WHERE d.status = 'PENDING' ORDER BY d.tenant_id LIMIT 1)
    UNION ALL
    (SELECT next.id FROM pending t
      CROSS JOIN LATERAL (
        SELECT d.tenant_id AS id FROM webhook_deliveries d
         WHERE d.status = 'PENDING' AND d.tenant_id > t.id ORDER BY d.tenant_id LIMIT 1) next)
), oldest AS MATERIALIZED (
    SELECT t.id, hashtext(first.lane) AS hash FROM pending t
     CROSS JOIN LATERAL (
        SELECT d.lane FROM webhook_deliveries d
         WHERE d.status = 'PENDING' AND d.tenant_id = t.id AND d.due_at <= now() ORDER BY d.due_at LIMIT ${examined}) first
     WHERE ${isExamined}
), start AS MATERIALIZED (
    SELECT (random() * 4294967294 - 2147483647)::int AS hash
), random_lanes(id, hash, high, n) AS (
    -- From the start to the end of the index, and from its beginning to the start.
    SELECT crowded.id, first.hash, side.high, 1
      FROM (SELECT id FROM oldest GROUP BY id HAVING count(*) = ${examined}) crowded
     CROSS JOIN start
     CROSS JOIN LATERAL (VALUES (start.hash, 2147483647), (-2147483648, start.hash - 1)) side(low, high)
     CROSS JOIN LATERAL (
        SELECT hashtext(d.lane) AS hash FROM webhook_deliveries d
         WHERE d.status = 'PENDING' AND d.tenant_id = crowded.id AND hashtext(d.lane) BETWEEN side.low AND side.high
         ORDER BY hashtext(d.lane) LIMIT 1) first
    UNION ALL
    SELECT l.id, next.hash, l.high, l.n + 1 FROM random_lanes l
     CROSS JOIN LATERAL (
        SELECT hashtext(d.lane) AS hash FROM webhook_deliveries d
         WHERE d.status = 'PENDING' AND d.tenant_id = l.id AND hashtext(d.lane) > l.hash AND hashtext(d.lane) <= l.high
         ORDER BY hashtext(d.lane) LIMIT 1) next
     WHERE l.n < ${examined}
), lanes(tenant_id, hash) AS (
    SELECT id, hash FROM oldest UNION SELECT id, hash FROM random_lanes
)`;

/** Condition: the delivery's endpoint `e`, if it has one, is neither paused nor deleted. */
const mayBeSent = 'e.paused_at IS NULL AND (first.endpoint_id IS NULL OR e.id IS NOT NULL)';

/**
 * Claims deliveries that are due.
 *
 * Each lane offers at most as many deliveries as it may have in progress, so a receiver with ten thousand waiting
 * deliveries delays no other. Each tenant offers a bounded number of lanes, so no tenant slows the claim. A claim moves
 * `due_at` to the time when it counts as lost, so the deliveries of a process that died become due again automatically.
 * It does not wait for the disk: a claim lost in a crash of the server is made again, and receivers must tolerate
 * duplicates anyway.
 *
 * Tenants with few deliveries in progress come first, and all have to leave slots free (`attemptsPerFreeSlot`).
 *
 * Parameters: $1 maximum number of deliveries, $2 lanes in which this process works, $3 number of its deliveries in
 * each, $4 tenants for which it works, $5 number of its deliveries for each, $6 number of its free slots, $7
 * milliseconds that the claim holds.
 * Returns: the deliveries, oldest first, with the data for their signatures.
 * Locks: the delivery rows; skips locked ones. Safe in any number of processes: `attempt` is the fence of later writes.
 * Called by: `claimDeliveries`.
 */
export const claimDue = `
WITH RECURSIVE settings AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true)),
tenants_at_work AS MATERIALIZED (
    SELECT id, n FROM unnest($4::uuid[], $5::int[]) AS each(id, n)
), ${lanesOf(`NOT EXISTS (SELECT FROM tenants_at_work w WHERE w.id = t.id AND w.n >= ${attemptsPerFreeSlot} * $6::int)`)}, busy AS (
    SELECT hashtext(lane) AS hash, sum(n) AS n FROM unnest($2::text[], $3::int[]) AS each(lane, n) GROUP BY 1
), due AS (
    SELECT first.id, first.tenant_id, first.due_at FROM settings, lanes l
      LEFT JOIN busy ON busy.hash = l.hash
     CROSS JOIN LATERAL (
        SELECT d.id, d.due_at, d.tenant_id, d.endpoint_id FROM webhook_deliveries d
         WHERE d.status = 'PENDING' AND d.tenant_id = l.tenant_id AND hashtext(d.lane) = l.hash AND d.due_at <= now()
         ORDER BY d.due_at LIMIT greatest(0, ${deliverySlots.lane} - coalesce(busy.n, 0))) first
      LEFT JOIN webhook_endpoints e ON e.id = first.endpoint_id AND e.tenant_id = first.tenant_id
     WHERE ${mayBeSent}
), numbered AS (
    SELECT due.id, due.due_at,
           coalesce(w.n, 0) + row_number() OVER (PARTITION BY due.tenant_id ORDER BY due.due_at, due.id) AS of_tenant
      FROM due LEFT JOIN tenants_at_work w ON w.id = due.tenant_id
), ordered AS (
    SELECT id, of_tenant, row_number() OVER (ORDER BY of_tenant, due_at, id) AS turn FROM numbered
), fair AS (
    SELECT id FROM ordered WHERE turn <= $1 AND of_tenant <= ${attemptsPerFreeSlot} * ($6::int - turn + 1)
), free AS (
    SELECT d.id FROM webhook_deliveries d JOIN fair ON fair.id = d.id WHERE d.status = 'PENDING' AND d.due_at <= now()
       FOR UPDATE OF d SKIP LOCKED
), claimed AS (
    UPDATE webhook_deliveries d
       SET attempt = d.attempt + 1, tries = d.tries + 1, due_at = now() + $7 * interval '1 millisecond'
      FROM free WHERE d.id = free.id
    RETURNING d.*
)
SELECT c.id, c.tenant_id AS "tenantId", c.event, coalesce(e.url, c.url) AS url, c.endpoint_id AS "endpointId", c.lane, c.job_id AS "jobId",
       c.batch_id AS "batchId", c.snapshot, c.created_at AS "createdAt", c.attempt, c.tries, now() AS now,
       (SELECT j.trace_context FROM jobs j WHERE j.id = c.job_id) AS "traceContext",
       coalesce(e.id, t.id) AS "ownerId", coalesce(e.secret_version, t.secret_version) AS "secretVersion",
       CASE WHEN e.id IS NULL THEN t.secret_rotated_at ELSE e.secret_rotated_at END AS "secretRotatedAt"
  FROM claimed c JOIN tenants t ON t.id = c.tenant_id
  LEFT JOIN webhook_endpoints e ON e.id = c.endpoint_id AND e.tenant_id = c.tenant_id
 ORDER BY c.created_at`;

/**
 * Counts the lanes in which a delivery is due, at most a bounded number for each tenant.
 *
 * Returns: one row with the number, and the age in seconds of the oldest such delivery.
 * Called by: `readDue`. Locks nothing.
 */
export const dueLanes = `
WITH RECURSIVE ${lanesOf('true')}
SELECT count(*)::int AS lanes, extract(epoch FROM now() - min(first.due_at))::float8 AS "oldestSeconds"
  FROM lanes l
 CROSS JOIN LATERAL (
    SELECT d.due_at, d.tenant_id, d.endpoint_id FROM webhook_deliveries d
     WHERE d.status = 'PENDING' AND d.tenant_id = l.tenant_id AND hashtext(d.lane) = l.hash AND d.due_at <= now()
     ORDER BY d.due_at LIMIT 1) first
  LEFT JOIN webhook_endpoints e ON e.id = first.endpoint_id AND e.tenant_id = first.tenant_id
 WHERE ${mayBeSent}`;
