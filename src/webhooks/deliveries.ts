import type { Database } from '../connections/database.ts';
import type { WebhookDelivery } from '../connections/prisma/client.ts';
import { RequestError } from '../errors.ts';
import { redeliver } from './sql/redeliver.ts';

export type { WebhookDelivery };

/**
 * Starts a delivery again at once, in any status, with the same id and its past attempts. Zero tries invalidate the
 * fence of an attempt in progress: its outcome no longer counts.
 */
export async function redeliverWebhook(database: Database, tenantId: string, id: string): Promise<WebhookDelivery> {
  const [row] = await database.query(redeliver, [id, tenantId]);
  if (row === undefined) {
    throw new RequestError('NOT_FOUND', { message: 'There is no such delivery, or its endpoint was deleted.' });
  }
  return await database.prisma.webhookDelivery.findUniqueOrThrow({ where: { id } });
}

/** Finds a delivery; null if the tenant has no such delivery. */
export function findDelivery({ prisma }: Database, tenantId: string, id: string): Promise<WebhookDelivery | null> {
  return prisma.webhookDelivery.findFirst({ where: { id, tenantId } });
}
