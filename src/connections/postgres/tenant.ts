import { AsyncLocalStorage } from 'node:async_hooks';
import pg from 'pg';

/** The setting that the policies of row-level security read. */
const setting = 'pagehive.tenant';

const tenants = new AsyncLocalStorage<string>();

/**
 * Runs `work` in the name of a tenant: in pools of the API's role, its statements see the rows of this tenant alone.
 */
export function asTenant<T>(tenantId: string, work: () => T): T {
  return tenants.run(tenantId, work);
}

/** Returns the tenant of the running `asTenant`. Throws outside of it: such a statement would see no rows. */
export function currentTenant(): string {
  const tenantId = tenants.getStore();
  if (tenantId === undefined) throw new Error('a statement of the API names no tenant: run it in asTenant');
  return tenantId;
}

/** Returns the statement that names the tenant until the end of the transaction, so that no pooler can leak it. */
export function setTenant(tenantId: string): string {
  return `SET LOCAL ${setting} = ${pg.escapeLiteral(tenantId)}`;
}
