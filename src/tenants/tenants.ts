import type { ClientLimits } from '../config/client-limits.ts';
import type { Database } from '../connections/database.ts';
import type { Tenant } from '../connections/prisma/client.ts';
import { decodeId, newUuid } from '../ids.ts';
import { allowanceOf, type Nullable, type Quotas, storedTenantLimits, type TenantLimits } from './limits.ts';
import { validKeys } from './sql/read-keys.ts';
import { updateTenantRow } from './sql/update-limits.ts';

/** Changes of a tenant. What is undefined stays as it is; a limit that is null gets its default. */
export interface TenantChange {
  name?: string;
  limits: Nullable<TenantLimits> & { jobsRunning?: number | null };
}

export async function createTenant(database: Database, change: TenantChange & { name: string }): Promise<Tenant> {
  const { name, limits } = change;
  const id = newUuid();
  await database.prisma.tenant.create({ data: { id, name } });
  return (await updateTenant(database, id, { limits })) ?? lost();
}

/** Returns the UUID of the tenant with this public id; null for an unknown id. */
export async function findTenant({ prisma }: Pick<Database, 'prisma'>, id: string): Promise<string | null> {
  const uuid = decodeId('tenant', id);
  const tenant = uuid === null ? null : await prisma.tenant.findUnique({ where: { id: uuid }, select: { id: true } });
  return tenant?.id ?? null;
}

/** Returns the current quotas of an existing tenant. `defaults` apply where an operator has set none. */
export async function readQuotas(
  { prisma }: Pick<Database, 'prisma'>,
  defaults: ClientLimits,
  tenantId: string,
): Promise<Quotas> {
  const { limits } = await prisma.tenant.findUniqueOrThrow({ where: { id: tenantId }, select: { limits: true } });
  return allowanceOf(defaults, storedTenantLimits(limits), null).quotas;
}

/** Returns null if the tenant does not exist. */
export async function updateTenant(database: Database, id: string, change: TenantChange): Promise<Tenant | null> {
  const { jobsRunning, ...limits } = change.limits;
  const values = [id, change.name ?? null, JSON.stringify(limits), jobsRunning !== undefined, jobsRunning ?? null];
  const [updated] = await database.query(updateTenantRow, values);
  return updated === undefined ? null : await database.prisma.tenant.findUnique({ where: { id } });
}

/** Lists all tenants, newest first. */
export async function listTenants({ prisma }: Pick<Database, 'prisma'>): Promise<Tenant[]> {
  return await prisma.tenant.findMany({ orderBy: { id: 'desc' } });
}

/** Returns how many keys of each tenant are neither revoked nor expired, by tenant. Tenants without keys are left out. */
export async function countValidKeys(database: Database, tenantIds: readonly string[]): Promise<Map<string, number>> {
  const counts = await database.query<{ tenantId: string; n: number }>(validKeys, [[...tenantIds]]);
  return new Map(counts.map(({ tenantId, n }) => [tenantId, n]));
}

function lost(): never {
  throw new Error('a tenant is missing right after it was created');
}
