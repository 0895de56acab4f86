import type { Database } from '../connections/database.ts';
import type { WebhookDelivery } from '../connections/prisma/client.ts';
import { RequestError } from '../errors.ts';
import { redeliver } from './sql/redeliver.ts';

export type { WebhookDelivery };

/**
 * Begins a delivery anew, whatever became of it: at once, with its id as it was and all its attempts before it. Having
 * no tries puts it behind the fence of an attempt under way: what comes of that one does not count any more.
 */
export async function redeliverWebhook(database: Database, tenantId: string, id: string): Promise<WebhookDelivery> {
  const [row] = await database.query(redeliver, [id, tenantId]);
  if (row === undefined) {
    throw new RequestError('NOT_FOUND', { message: 'There is no such delivery, or its endpoint was deleted.' });
  }
  return await database.prisma.webhookDelivery.findUniqueOrThrow({ where: { id } });
}

/** Null if there is no such delivery of the tenant. */
export function findDelivery({ prisma }: Database, tenantId: string, id: string): Promise<WebhookDelivery | null> {
  return prisma.webhookDelivery.findFirst({ where: { id, tenantId } });
}
