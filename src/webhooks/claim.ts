import type { Database } from '../connections/database.ts';
import type { WebhookEvent } from './events.ts';
import { deliverySlots } from './policy.ts';
import type { SecretOwner } from './secret.ts';

/** A delivery that a worker is about to try. `attempt` is the fence: what records its outcome names it. */
export interface ClaimedDelivery {
  id: string;
  tenantId: string;
  event: WebhookEvent;
  url: string;
  endpointId: string | null;
  lane: string;
  jobId: string | null;
  batchId: string | null;
  snapshot: unknown;
  createdAt: Date;
  attempt: number;
  tries: number;
  /** Whose secret signs it. */
  owner: SecretOwner;
  /** By the database's clock. */
  now: Date;
}

/** All lanes of unfinished deliveries, one step through the index each. */
export const pendingLanes = `lanes(lane) AS (
    (SELECT d.lane FROM webhook_deliveries d WHERE d.status = 'PENDING' ORDER BY d.lane LIMIT 1)
    UNION ALL
    (SELECT next.lane FROM lanes l
      CROSS JOIN LATERAL (
        SELECT d.lane FROM webhook_deliveries d WHERE d.status = 'PENDING' AND d.lane > l.lane ORDER BY d.lane LIMIT 1) next)
)`;

/** Its endpoint `e`, if it has one, is neither paused nor deleted. */
const mayBeSent = 'e.paused_at IS NULL AND (first.endpoint_id IS NULL OR e.id IS NOT NULL)';

/**
 * $1 deliveries at most, $2 lanes in which this process is at work, $3 with how many deliveries each, $4 tenants that may have no more,
 * $5 milliseconds that the claim holds.
 * Each lane offers as many as it may still have, so a place with ten thousand waiting deliveries delays nobody else's. A claim
 * moves `due_at` to where it is taken for lost: nothing has to be done to whatever was claimed by a process that died. It does
 * not wait for the disk: claimed again after a crash of the server, it is tried again, which receivers have to bear anyway.
 */
const claim = `
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

type ClaimedRow = Omit<ClaimedDelivery, 'owner'> & Omit<SecretOwner, 'id'> & { ownerId: string };

/** What this process is at work on, of each lane and of each tenant. */
export interface Busy {
  lanes: Map<string, number>;
  tenants: Map<string, number>;
}

/** Deliveries that are due, at most so many. */
export async function claimDeliveries(
  database: Database,
  slots: number,
  { lanes, tenants }: Busy,
  leaseMs: number,
): Promise<ClaimedDelivery[]> {
  const full = [...tenants].filter(([, n]) => n >= deliverySlots.tenant).map(([id]) => id);
  const values = [slots, [...lanes.keys()], [...lanes.values()], full, leaseMs];
  const rows = await database.query<ClaimedRow>(claim, values);
  return rows.map(({ ownerId, secretVersion, secretRotatedAt, ...row }) => ({
    ...row,
    owner: { id: ownerId, secretVersion, secretRotatedAt },
  }));
}

const due = `
WITH RECURSIVE ${pendingLanes}
SELECT count(*)::int AS lanes, extract(epoch FROM now() - min(first.due_at))::float8 AS "oldestSeconds"
  FROM lanes l
 CROSS JOIN LATERAL (
    SELECT d.due_at, d.endpoint_id FROM webhook_deliveries d
     WHERE d.status = 'PENDING' AND d.lane = l.lane AND d.due_at <= now() ORDER BY d.due_at LIMIT 1) first
  LEFT JOIN webhook_endpoints e ON e.id = first.endpoint_id
 WHERE ${mayBeSent}`;

/** In how many lanes something is due, and for how long the first of it; null if nothing is. */
export async function readDue(database: Database): Promise<{ lanes: number; oldestSeconds: number | null }> {
  const [row] = await database.query<{ lanes: number; oldestSeconds: number | null }>(due, []);
  return row ?? { lanes: 0, oldestSeconds: null };
}
