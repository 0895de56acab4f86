import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultTenantId } from '../../src/api/context.ts';
import { createDatabase } from '../service.ts';

/** Tables whose rows belong to the installation, not to a tenant. */
const shared = [
  'installation',
  'workers',
  'bulk_operations',
  'tenant_erasures',
  'alerts',
  'leases',
  'costs',
  'forecast',
  '_prisma_migrations',
];

let database: Awaited<ReturnType<typeof createDatabase>>;
let client: pg.Client;
beforeAll(async () => {
  database = await createDatabase();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

async function names(statement: string): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(statement);
  return rows.map(({ name }) => name).sort();
}

describe('every table', () => {
  it('has tenant_id, unless its rows belong to no tenant', async () => {
    const without = await names(`
      SELECT c.relname AS name FROM pg_class c
       WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname <> 'tenants'
         AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND a.attnotnull)`);
    expect(without).toEqual(shared.toSorted());
  });

  it('includes tenant_id in each foreign key to another table of tenants', async () => {
    const without = await names(`
      SELECT f.conname AS name FROM pg_constraint f
       WHERE f.contype = 'f' AND f.confrelid <> 'tenants'::regclass
         AND NOT EXISTS (
             SELECT FROM unnest(f.conkey, f.confkey) AS pair(here, there)
               JOIN pg_attribute h ON h.attrelid = f.conrelid AND h.attnum = pair.here
               JOIN pg_attribute t ON t.attrelid = f.confrelid AND t.attnum = pair.there
              WHERE h.attname = 'tenant_id' AND t.attname = 'tenant_id')`);
    expect(without).toEqual([]);
  });
});

describe('a row', () => {
  it('cannot reference a row of another tenant', async () => {
    const other = randomUUID();
    const source = randomUUID();
    await client.query(`INSERT INTO tenants (id, name) VALUES ($1, 'other')`, [other]);
    await client.query(`INSERT INTO sources (id, tenant_id, kind, status) VALUES ($1, $2, 'UPLOAD', 'STORED')`, [
      source,
      other,
    ]);
    const insert = (tenant: string) =>
      client.query(
        `INSERT INTO jobs (id, tenant_id, source_id, options, claim_order, priority, max_retries) VALUES ($1, $2, $3, '{}', now(), 5, 3)`,
        [randomUUID(), tenant, source],
      );
    await expect(insert(defaultTenantId)).rejects.toMatchObject({ constraint: 'jobs_source_id_tenant_id_fkey' });
    await insert(other);
  });
});
