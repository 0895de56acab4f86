import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultTenantId } from '../../src/api/context.ts';
import { apiGrants, apiSequences, apiUpdates, withheld } from '../../src/connections/api-grants.ts';
import { createRole as createRoleStatement } from '../../src/connections/api-role.ts';
import { type Database, openDatabase } from '../../src/connections/database.ts';
import { embeddedApiUrl } from '../../src/connections/embedded-postgres.ts';
import { migrate } from '../../src/connections/migrations.ts';
import { asTenant } from '../../src/connections/postgres/tenant.ts';
import { newUuid } from '../../src/ids.ts';
import { createLogger } from '../../src/ops/logger.ts';
import { createDatabase } from '../service.ts';
import { failure, openPool } from './opening.ts';
import { createRole, problemOf, temporaryRole } from './roles.ts';

const mine = defaultTenantId;
const theirs = newUuid();
const log = () => undefined;
const logger = createLogger({ logLevel: 'silent' }, 'test');

let home: Awaited<ReturnType<typeof createDatabase>>;
let owner: Database;
let api: Database;
beforeAll(async () => {
  home = await createDatabase();
  owner = openPool(home.url, 2);
  // One connection: all statements share its session.
  api = openDatabase({ url: embeddedApiUrl(home.url), name: 'test', size: 1, byTenant: true, logger });
  await owner.prisma.tenant.create({ data: { id: theirs, name: 'theirs' } });
  for (const tenantId of [mine, theirs]) {
    await owner.prisma.source.create({ data: { id: newUuid(), tenantId, kind: 'UPLOAD', status: 'STORED' } });
  }
});
afterAll(async () => {
  await api[Symbol.asyncDispose]();
  await owner[Symbol.asyncDispose]();
  await home.drop();
});

const tenantsSeen = 'SELECT DISTINCT tenant_id AS tenant FROM sources';
const insertSource = (tenantId: string) =>
  api.query(`INSERT INTO sources (id, tenant_id, kind, status) VALUES ($1, $2, 'UPLOAD', 'STORED')`, [
    newUuid(),
    tenantId,
  ]);

describe('every table with rows of tenants', () => {
  it('has row-level security with one policy', async () => {
    const without = await owner.query<{ name: string }>(
      `SELECT c.relname AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
          AND NOT (c.relrowsecurity AND (SELECT count(*) = 1 FROM pg_policy p WHERE p.polrelid = c.oid))`,
      [],
    );
    expect(without).toEqual([]);
  });

  it('has the policy that all others have', async () => {
    const policies = await owner.query<{ condition: string }>(
      `SELECT DISTINCT pg_get_expr(polqual, polrelid) AS condition FROM pg_policy
        WHERE polpermissive AND polcmd = '*' AND polroles = '{0}' AND polwithcheck IS NULL ORDER BY 1`,
      [],
    );
    const tenant = `(NULLIF(current_setting('pagehive.tenant'::text, true), ''::text))::uuid)`;
    expect(policies.map(({ condition }) => condition)).toEqual([`(id = ${tenant}`, `(tenant_id = ${tenant}`]);
  });
});

describe("the API's role", () => {
  it('sees the rows of the tenant that its statement names', async () => {
    for (const tenant of [mine, theirs, mine]) {
      expect(await asTenant(tenant, () => api.query(tenantsSeen, []))).toEqual([{ tenant }]);
    }
    expect(await asTenant(newUuid(), () => api.query(tenantsSeen, []))).toEqual([]);
  });

  it('sees it in transactions and through Prisma, too', async () => {
    const inTransaction = asTenant(theirs, () => api.transaction((query) => query(tenantsSeen, [])));
    expect(await inTransaction).toEqual([{ tenant: theirs }]);
    const found = await asTenant(theirs, async () => await api.prisma.source.findMany());
    expect(found.map(({ tenantId }) => tenantId)).toEqual([theirs]);
  });

  it('cannot send a statement that names no tenant', async () => {
    expect(await failure(api.query(tenantsSeen, []))).toMatchObject({
      message: expect.stringContaining('names no tenant'),
    });
    expect(await failure(api.transaction((query) => query(tenantsSeen, [])))).toBeInstanceOf(Error);
  });

  it('leaves no tenant behind in its session', async () => {
    // The pool has one connection. After COMMIT, its session has only what outlives a transaction.
    const left = () =>
      asTenant(mine, () =>
        api.transaction(async (query) => {
          await query('COMMIT', []);
          const [row] = await query(`SELECT current_setting('pagehive.tenant', true) AS tenant`, []);
          return { row, rows: await query(tenantsSeen, []) };
        }),
      );
    await asTenant(theirs, () => api.query(tenantsSeen, []));
    expect(await left()).toEqual({ row: { tenant: '' }, rows: [] });
    await asTenant(theirs, () => api.transaction((query) => query(tenantsSeen, [])));
    expect(await left()).toEqual({ row: { tenant: '' }, rows: [] });
    await failure(asTenant(theirs, () => api.query('SELECT 1 / 0', [])));
    expect(await left()).toEqual({ row: { tenant: '' }, rows: [] });
  });

  it('writes rows of this tenant alone', async () => {
    await asTenant(mine, () => insertSource(mine));
    const refused = await failure(asTenant(mine, () => insertSource(theirs)));
    expect(refused).toMatchObject({ message: expect.stringContaining('row-level security') });
    const changed = await asTenant(mine, () =>
      api.query(`UPDATE sources SET filename = 'x' WHERE tenant_id = $1 RETURNING id`, [theirs]),
    );
    expect(changed).toEqual([]);
    const moved = failure(asTenant(mine, () => api.query('UPDATE sources SET tenant_id = $1', [theirs])));
    expect(await moved).toMatchObject({ message: expect.stringContaining('row-level security') });
  });

  it('reads rows of two tenants that are requested at the same time, each in its own name', async () => {
    const sources = await owner.prisma.source.findMany();
    const found = await Promise.all(
      [...sources, ...sources].map(({ id, tenantId }) =>
        asTenant(tenantId, async () => (await api.prisma.source.findUnique({ where: { id } }))?.id),
      ),
    );
    expect(found).toEqual([...sources, ...sources].map(({ id }) => id));
    const foreign = await Promise.all(
      sources.map(({ id, tenantId }) =>
        asTenant(tenantId === mine ? theirs : mine, async () => await api.prisma.source.findUnique({ where: { id } })),
      ),
    );
    expect(foreign).toEqual(sources.map(() => null));
  });

  it.each(['installation', 'workers', 'leases', 'costs', 'forecast', 'quarantine', '_prisma_migrations'])(
    'has no access to %s',
    async (table) => {
      const error = await failure(asTenant(mine, () => api.query(`SELECT * FROM ${table}`, [])));
      expect(error).toMatchObject({ code: '42501' });
    },
  );

  it('has the privileges that are listed, and no others', async () => {
    const rows = await owner.query<{ table: string; privileges: string[] }>(
      `SELECT c.relname AS table, array_agg(a.privilege_type::text) AS privileges
         FROM pg_class c, aclexplode(c.relacl) a
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.grantee IN (0, 'pagehive_api'::regrole)
        GROUP BY 1`,
      [],
    );
    const sorted = (all: Readonly<Record<string, readonly string[]>>) =>
      Object.fromEntries(Object.entries(all).map(([table, each]) => [table, each.toSorted()]));
    expect(sorted(Object.fromEntries(rows.map(({ table, privileges }) => [table, privileges])))).toEqual(
      sorted(apiGrants),
    );
    const columns = await owner.query<{ table: string; columns: string[] }>(
      `SELECT t.attrelid::regclass::text AS table, array_agg(t.attname::text) AS columns
         FROM pg_attribute t JOIN pg_class c ON c.oid = t.attrelid, aclexplode(t.attacl) a
        WHERE c.relnamespace = 'public'::regnamespace AND a.privilege_type = 'UPDATE' GROUP BY 1`,
      [],
    );
    expect(sorted(Object.fromEntries(columns.map((row) => [row.table, row.columns])))).toEqual(sorted(apiUpdates));
  });

  it('has access to the tables and sequences that are listed, and to no others', async () => {
    const relations = await owner.query<{ name: string }>(
      `SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind NOT IN ('i', 'c', 't')`,
      [],
    );
    const listed = [...Object.keys(apiGrants), ...apiSequences, ...withheld];
    expect(relations.map(({ name }) => name).sort()).toEqual(listed.sort());
  });

  it('cannot change the name or the limits of its tenant', async () => {
    for (const change of [`name = 'x'`, `limits = '{}'`, 'max_running = 100'])
      expect(await failure(asTenant(mine, () => api.query(`UPDATE tenants SET ${change}`, [])))).toMatchObject({
        code: '42501',
      });
  });
});

describe('another role', () => {
  it('cannot call the functions that run as the owner', async () => {
    await using role = await temporaryRole(home.url);
    const { username: name } = new URL(role.url);
    await owner.query(createRoleStatement({ name, password: 'a secret/' }), [], { prepared: false });
    await using database = openPool(role.url, 1);
    for (const call of [
      `SELECT pages_with_words('${mine}', 'bee')`,
      `SELECT names_with_grams('${mine}', 'bee', 1)`,
      `SELECT estimate_names(ARRAY['bee'::tsquery])`,
    ]) {
      expect(await failure(database.query(call, []))).toMatchObject({ code: '42501' });
    }
  });
});

describe('a role that row-level security does not limit', () => {
  it('is refused: a superuser', async () => {
    expect(await problemOf(home.url)).toContain('row-level security does not apply to the role pagehive');
  });

  it('is refused: the owner of the tables', async () => {
    await using database = await createRole();
    await migrate(database.url, { log });
    expect(await problemOf(database.url)).toContain('owns tables');
  });

  it.each([
    ['with BYPASSRLS', 'BYPASSRLS', 'row-level security does not apply'],
    ['a member of a superuser', 'IN ROLE pagehive NOINHERIT', 'row-level security does not apply'],
  ])('is refused: %s', async (_, attributes, problem) => {
    await using role = await temporaryRole(home.url);
    await migrate(home.url, { log, apiUrl: role.url });
    const { username: name } = new URL(role.url);
    const [word = ''] = attributes.split(' ');
    await owner.query(word === 'IN' ? `GRANT pagehive TO ${name}` : `ALTER ROLE ${name} ${word}`, []);
    expect(await problemOf(role.url)).toContain(problem);
  });
});
