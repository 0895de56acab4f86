import type { Config } from '../config/config.ts';
import type { Tenant } from '../connections/prisma/client.ts';
import { encodeId } from '../ids.ts';
import { storedTenantLimits } from '../tenants/limits.ts';
import type { Usage } from '../tenants/sql/usage.ts';
import { countValidKeys, listTenants } from '../tenants/tenants.ts';
import { readUsages } from '../tenants/usage.ts';
import { limitText } from './limit-text.ts';
import { openOwnDatabase } from './own-database.ts';
import { printable } from './printable.ts';
import { tableLine } from './table.ts';
import { toStdout } from './watch-view.ts';

/** Widths of the columns; the last one is open. */
const widths = [33, 4, 12, 15, 16, 30];

/** Tenants per statement, few enough to count the waiting jobs of all within its time limit. */
const chunkSize = 20;

/** `pagehive tenants list`: prints all tenants with their valid keys, usage and limits, newest first. */
export async function listAllTenants(config: Config): Promise<void> {
  await using database = await openOwnDatabase(config, 'tenants');
  const tenants = await listTenants(database);
  toStdout(tableLine(widths, ['ID', 'KEYS', 'JOBS WAITING', 'BYTES STORED', 'PAGES THIS MONTH', 'LIMITS', 'NAME']));
  for (let from = 0; from < tenants.length; from += chunkSize) {
    const chunk = tenants.slice(from, from + chunkSize);
    const ids = chunk.map(({ id }) => id);
    const usages = await readUsages(database, ids);
    const keys = await countValidKeys(database, ids);
    for (const tenant of chunk) toStdout(lineOf(tenant, keys.get(tenant.id) ?? 0, usages.get(tenant.id)));
  }
}

function lineOf({ id, limits, maxRunning, name }: Tenant, keys: number, usage: Usage | undefined): string {
  const { jobsWaiting = 0, bytesStored = 0, pagesThisMonth = 0 } = usage ?? {};
  const used = [keys, jobsWaiting, bytesStored, pagesThisMonth].map(String);
  const own = { ...storedTenantLimits(limits), ...(maxRunning === null ? {} : { jobsRunning: maxRunning }) };
  return tableLine(widths, [encodeId('tenant', id), ...used, limitText(own), printable(name)]);
}
