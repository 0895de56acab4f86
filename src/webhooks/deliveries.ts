import type { Database } from '../connections/database.ts';
import type { WebhookDelivery } from '../connections/prisma/client.ts';
import { RequestError } from '../errors.ts';

export type { WebhookDelivery };

const redeliver = `
UPDATE webhook_deliveries d
   SET status = 'PENDING', tries = 0, failing_since = NULL, due_at = now(), finished_at = NULL
 WHERE d.id = $1 AND d.tenant_id = $2
   AND (d.endpoint_id IS NULL OR EXISTS (SELECT FROM webhook_endpoints e WHERE e.id = d.endpoint_id))
RETURNING id`;

/**
 * Begins a delivery anew, whatever became of it: at once, with its id as it was and all its attempts before it. Having no
 * tries puts it behind the fence of an attempt under way: what comes of that one does not count any more.
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
