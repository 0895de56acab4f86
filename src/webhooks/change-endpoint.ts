import type { Database } from '../connections/database.ts';
import { pendingLanes } from './claim.ts';
import { findEndpoint, found, type NewEndpoint, type WebhookEndpoint } from './endpoints.ts';

/** What is left out stays. What waits already goes to the new address, too; `events` count for later jobs. */
export async function updateEndpoint(
  database: Database,
  tenantId: string,
  id: string,
  change: Partial<NewEndpoint>,
): Promise<WebhookEndpoint> {
  await database.prisma.webhookEndpoint.updateMany({ where: { id, tenantId }, data: change });
  return found(await findEndpoint(database, tenantId, id));
}

const pause = `
UPDATE webhook_endpoints
   SET paused_at = coalesce(paused_at, now()), pause_reason = coalesce(pause_reason, 'It was paused by hand.')
 WHERE id = $1 AND tenant_id = $2
RETURNING id`;

/** From now on no attempt begins; what is to be told waits. One that is paused already stays so, for its own reason. */
export async function pauseEndpoint(database: Database, tenantId: string, id: string): Promise<WebhookEndpoint> {
  await database.query(pause, [id, tenantId]);
  return found(await findEndpoint(database, tenantId, id));
}

/** In parts: thousands may wait. Those that had failed are tried at once, and have all their tries before them. */
const hurryPart = `
UPDATE webhook_deliveries d SET due_at = now(), tries = 0, failing_since = NULL
 WHERE d.id IN (SELECT o.id FROM webhook_deliveries o
                 WHERE o.endpoint_id = $1 AND o.status = 'PENDING' AND o.failing_since IS NOT NULL LIMIT 1000)
RETURNING 1 AS hurried`;

/** Ends the pause of an endpoint; what waits goes on. Nothing happens to one that is not paused. */
export async function resumeEndpoint(database: Database, tenantId: string, id: string): Promise<WebhookEndpoint> {
  const endpoint = found(await findEndpoint(database, tenantId, id));
  if (endpoint.pausedAt === null) return endpoint;
  while ((await database.query(hurryPart, [id])).length === 1_000);
  const data = { pausedAt: null, pauseReason: null, failingSince: null };
  await database.prisma.webhookEndpoint.updateMany({ where: { id, tenantId }, data });
  return found(await findEndpoint(database, tenantId, id));
}

/** Jobs and batches that name it go on, and nobody is told. What waited is DEAD: it can be looked at, but not begun anew. */
export async function deleteEndpoint(database: Database, tenantId: string, id: string): Promise<void> {
  const { count } = await database.prisma.webhookEndpoint.deleteMany({ where: { id, tenantId } });
  if (count === 0) found(null);
  await giveUpOrphans(database);
}

const orphaned = `
WITH RECURSIVE ${pendingLanes}
SELECT first.endpoint_id AS id
  FROM lanes l CROSS JOIN LATERAL (
    SELECT d.endpoint_id FROM webhook_deliveries d WHERE d.status = 'PENDING' AND d.lane = l.lane LIMIT 1) first
 WHERE first.endpoint_id IS NOT NULL
   AND NOT EXISTS (SELECT FROM webhook_endpoints e WHERE e.id = first.endpoint_id)`;

const giveUpPart = `
UPDATE webhook_deliveries d SET status = 'DEAD', finished_at = now()
 WHERE d.id IN (SELECT o.id FROM webhook_deliveries o
                 WHERE o.endpoint_id = $1 AND o.status = 'PENDING' LIMIT 1000 FOR UPDATE SKIP LOCKED)
RETURNING 1 AS dead`;

/** Makes what waits for endpoints that were deleted DEAD: also what a transition owed that began before the end of its endpoint. */
export async function giveUpOrphans(database: Database): Promise<void> {
  for (const { id } of await database.query<{ id: string }>(orphaned, [])) {
    while ((await database.query(giveUpPart, [id])).length === 1_000);
  }
}
