import type { Database } from '../connections/database.ts';
import { findEndpoint, found, type NewEndpoint, type WebhookEndpoint } from './endpoints.ts';
import { giveUpPart, hurryPart, orphaned, pauseOne } from './sql/endpoints.ts';

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

/** From now on no attempt begins; what is to be told waits. One that is paused already stays so, for its own reason. */
export async function pauseEndpoint(database: Database, tenantId: string, id: string): Promise<WebhookEndpoint> {
  await database.query(pauseOne, [id, tenantId]);
  return found(await findEndpoint(database, tenantId, id));
}

/** Ends the pause of an endpoint; what waits goes on. Nothing happens to one that is not paused. */
export async function resumeEndpoint(database: Database, tenantId: string, id: string): Promise<WebhookEndpoint> {
  const endpoint = found(await findEndpoint(database, tenantId, id));
  if (endpoint.pausedAt === null) return endpoint;
  while ((await database.query(hurryPart, [id])).length === 1_000);
  const data = { pausedAt: null, pauseReason: null, failingSince: null };
  await database.prisma.webhookEndpoint.updateMany({ where: { id, tenantId }, data });
  return found(await findEndpoint(database, tenantId, id));
}

/**
 * Jobs and batches that name it go on, and nobody is told. What waited is DEAD: it can be looked at, but not begun
 * anew.
 */
export async function deleteEndpoint(database: Database, tenantId: string, id: string): Promise<void> {
  const { count } = await database.prisma.webhookEndpoint.deleteMany({ where: { id, tenantId } });
  if (count === 0) found(null);
  await giveUpOrphans(database);
}

/**
 * Makes what waits for endpoints that were deleted DEAD: also what a transition owed that began before the end of its
 * endpoint.
 */
export async function giveUpOrphans(database: Database): Promise<void> {
  for (const { id } of await database.query<{ id: string }>(orphaned, [])) {
    while ((await database.query(giveUpPart, [id])).length === 1_000);
  }
}
