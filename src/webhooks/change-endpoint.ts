import type { Database } from '../connections/database.ts';
import { findEndpoint, found, type NewEndpoint, type WebhookEndpoint } from './endpoints.ts';
import { giveUpPart, makeDuePart, orphaned, pauseOne } from './sql/endpoints.ts';

/**
 * Changes an endpoint; omitted values stay. Pending deliveries go to the new address, too. New `events` apply to later
 * jobs.
 */
export async function updateEndpoint(
  database: Database,
  tenantId: string,
  id: string,
  change: Partial<NewEndpoint>,
): Promise<WebhookEndpoint> {
  await database.prisma.webhookEndpoint.updateMany({ where: { id, tenantId }, data: change });
  return found(await findEndpoint(database, tenantId, id));
}

/** Pauses an endpoint: deliveries wait, and no further attempt starts. An already paused endpoint keeps its reason. */
export async function pauseEndpoint(database: Database, tenantId: string, id: string): Promise<WebhookEndpoint> {
  await database.query(pauseOne, [id, tenantId]);
  return found(await findEndpoint(database, tenantId, id));
}

/** Ends the pause of an endpoint; waiting deliveries continue. Does nothing if it is not paused. */
export async function resumeEndpoint(database: Database, tenantId: string, id: string): Promise<WebhookEndpoint> {
  const endpoint = found(await findEndpoint(database, tenantId, id));
  if (endpoint.pausedAt === null) return endpoint;
  while ((await database.query(makeDuePart, [id])).length === 1_000);
  const data = { pausedAt: null, pauseReason: null, failingSince: null };
  await database.prisma.webhookEndpoint.updateMany({ where: { id, tenantId }, data });
  return found(await findEndpoint(database, tenantId, id));
}

/**
 * Deletes an endpoint. Jobs and batches that name it continue, but send no webhooks. Its pending deliveries become
 * DEAD: they can be read, but not started again.
 */
export async function deleteEndpoint(database: Database, tenantId: string, id: string): Promise<void> {
  const { count } = await database.prisma.webhookEndpoint.deleteMany({ where: { id, tenantId } });
  if (count === 0) found(null);
  await giveUp(database, id);
}

/**
 * Marks the waiting deliveries of deleted endpoints DEAD: those of transitions that began before an endpoint was
 * deleted and ended after it, and those that an interrupted `deleteEndpoint` left.
 */
export async function giveUpOrphans(database: Database): Promise<void> {
  for (const { id } of await database.query<{ id: string }>(orphaned, [])) await giveUp(database, id);
}

async function giveUp(database: Database, id: string): Promise<void> {
  while ((await database.query(giveUpPart, [id])).length === 1_000);
}
