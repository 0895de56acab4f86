import type { Database } from '../connections/database.ts';
import type { Tenant, WebhookEndpoint } from '../connections/prisma/client.ts';
import { RequestError } from '../errors.ts';
import { newUuid } from '../ids.ts';
import type { WebhookEvent } from './events.ts';
import { rotateEndpoint, rotateTenant } from './sql/endpoints.ts';

export type { WebhookEndpoint };

export interface NewEndpoint {
  url: string;
  name: string | null;
  /** Empty for the default events. */
  events: WebhookEvent[];
}

/** Enough for a settings page; more indicates a programming error. */
export const maxEndpoints = 100;

export async function createEndpoint(
  { prisma }: Database,
  tenantId: string,
  endpoint: NewEndpoint,
): Promise<WebhookEndpoint> {
  if ((await prisma.webhookEndpoint.count({ where: { tenantId } })) >= maxEndpoints) {
    throw new RequestError('BAD_USER_INPUT', {
      message: `There are ${maxEndpoints} endpoints already: use or delete one of them.`,
    });
  }
  return await prisma.webhookEndpoint.create({ data: { ...endpoint, id: newUuid(), tenantId } });
}

export function listEndpoints({ prisma }: Database, tenantId: string): Promise<WebhookEndpoint[]> {
  return prisma.webhookEndpoint.findMany({ where: { tenantId }, orderBy: { id: 'desc' } });
}

/** Null if the tenant has no such endpoint. */
export function findEndpoint({ prisma }: Database, tenantId: string, id: string): Promise<WebhookEndpoint | null> {
  return prisma.webhookEndpoint.findFirst({ where: { id, tenantId } });
}

/** Gives an endpoint a new secret; the previous one keeps signing for a day. */
export async function rotateEndpointSecret(database: Database, tenantId: string, id: string): Promise<WebhookEndpoint> {
  await database.query(rotateEndpoint, [id, tenantId]);
  return found(await findEndpoint(database, tenantId, id));
}

/** Gives a tenant a new secret for deliveries to plain URLs; the previous one keeps signing for a day. */
export async function rotateTenantSecret(database: Database, tenantId: string): Promise<Tenant> {
  await database.query(rotateTenant, [tenantId]);
  return await database.prisma.tenant.findUniqueOrThrow({ where: { id: tenantId } });
}

/** Returns the endpoint; throws NOT_FOUND for null. */
export function found(endpoint: WebhookEndpoint | null): WebhookEndpoint {
  if (endpoint === null) throw new RequestError('NOT_FOUND', { message: 'There is no such endpoint.' });
  return endpoint;
}
