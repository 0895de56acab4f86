import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { checkPostgres, UnreachableError } from '../../src/connections/given-servers.ts';
import { migrate } from '../../src/connections/migrations.ts';
import { isBusy, isCancelled, isConnectionError } from '../../src/connections/postgres/database-errors.ts';
import { accepted, inline, tryCreateJob } from '../api/submitting.ts';
import { failure, openPool } from '../database/opening.ts';
import { apiUrlOf, createRole, hostileSettings, type Role } from '../database/roles.ts';
import { ailing, completeOnce, pages, soon } from '../faults/watching.ts';
import { graphql } from '../graphql.ts';
import { startService } from '../service.ts';
import { hasPgBouncer, startPgBouncer } from './pgbouncer.ts';

const log = () => undefined;
const demand = { processes: 3, connections: 10 };

/** Session state that leaks into PgBouncer's shared server connections, beyond the role's own settings. */
async function leftovers({ asSuperuser, name }: Role, url: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const found: unknown[] = [];
  const expected = new Map<string, string>();
  for (const { setting } of await asSuperuser(
    `SELECT unnest(setconfig) AS setting FROM pg_db_role_setting s JOIN pg_roles r ON r.oid = s.setrole WHERE r.rolname = '${name}'`,
  )) {
    const [key = '', value = ''] = String(setting).split('=');
    expected.set(key, value);
  }
  // More statements than there are server connections, to reach each of them.
  for (let n = 0; n < 20; n += 1) {
    const { rows } = await client.query(
      `SELECT pg_backend_pid() AS pid, (SELECT count(*)::int FROM pg_prepared_statements) AS prepared,
              (SELECT count(*)::int FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()) AS locks,
              current_setting('search_path') AS search_path, current_setting('lock_timeout') AS lock_timeout,
              current_setting('bytea_output') AS bytea_output`,
    );
    const { prepared, locks, search_path, lock_timeout, bytea_output } = rows[0];
    if (prepared > 0 || locks > 0) found.push(rows[0]);
    const wanted = [expected.get('search_path'), expected.get('bytea_output')];
    if (expected.size > 0 && JSON.stringify([search_path, bytea_output]) !== JSON.stringify(wanted))
      found.push(rows[0]);
    if (expected.size > 0 && lock_timeout !== `${expected.get('lock_timeout')}ms`) found.push(rows[0]);
  }
  await client.end();
  return found;
}

/** Tenants that stay set in PgBouncer's shared server connections. */
async function leakedTenants(url: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const found = new Set<string>();
  for (let n = 0; n < 20; n += 1) {
    const { rows } = await client.query<{ tenant: string | null }>(
      `SELECT nullif(current_setting('pagehive.tenant', true), '') AS tenant`,
    );
    for (const { tenant } of rows) if (tenant !== null) found.add(tenant);
  }
  await client.end();
  return [...found];
}

describe.skipIf(!hasPgBouncer)('behind PgBouncer with pool_mode = transaction', () => {
  it.each([
    ['with its default settings', {}],
    [
      'with ignored startup parameters',
      { ignore_startup_parameters: 'statement_timeout,idle_in_transaction_session_timeout,extra_float_digits' },
    ],
    ['with fewer server connections than client connections', { default_pool_size: 2 }],
  ])('%s: the database is migrated, 40 jobs complete, and no session state leaks', async (_, settings) => {
    await using role = await createRole({ settings: hostileSettings });
    await using bouncer = await startPgBouncer(role.url, { pool_mode: 'transaction', ...settings });
    await checkPostgres(bouncer.url, demand);
    const apiUrl = apiUrlOf(role.url);
    expect(await migrate(bouncer.url, { log, apiUrl })).not.toEqual([]);
    expect(await migrate(bouncer.url, { log, apiUrl })).toEqual([]);
    await using apiBouncer = await startPgBouncer(apiUrl, { pool_mode: 'transaction', ...settings });
    await using service = await startService({
      config: { databaseUrl: bouncer.url, databaseApiUrl: apiBouncer.url },
      overrides: { extractor: pages() },
    });
    const source = await inline('one-page');
    const created = await Promise.all(Array.from({ length: 40 }, () => tryCreateJob(service, { source })));
    await completeOnce(
      service,
      created.map((answer) => accepted(answer).createJob.job.id),
    );
    const { jobs } = accepted(await graphql(service.url, '{ jobs(first: 40) { nodes { createdAt } } }'));
    for (const { createdAt } of jobs.nodes) expect(Date.parse(createdAt)).toBeGreaterThan(Date.now() - 600_000);
    await expect.poll(() => ailing(service), soon).toEqual([]);
    expect(await leftovers(role, bouncer.url)).toEqual([]);
    expect(await leakedTenants(apiBouncer.url)).toEqual([]);
  });

  it('a missing database is reported with the statement that creates it', async () => {
    await using role = await createRole();
    await using bouncer = await startPgBouncer(role.url, { pool_mode: 'transaction' });
    const error = await failure(checkPostgres(`${bouncer.url}_other`, demand));
    expect(error).toBeInstanceOf(UnreachableError);
    expect((error as UnreachableError).message).toMatch(
      / is a pooler whose database "\w+_other" does not exist: run CREATE DATABASE "\w+_other" ENCODING/,
    );
  });

  it('a refused parameter in the URL is named, and not reported as a silent server', async () => {
    await using role = await createRole();
    await using bouncer = await startPgBouncer(role.url, { pool_mode: 'transaction' });
    const url = new URL(bouncer.url);
    url.searchParams.set('statement_timeout', '50');
    await expect(checkPostgres(url.href, demand)).rejects.toThrow(
      /^DATABASE_URL: \S+ is a pooler that refuses statement_timeout: remove it from the URL$/,
    );
  });

  it('a pooler without a free server is busy, not unreachable', async () => {
    await using role = await createRole();
    await using bouncer = await startPgBouncer(role.url, {
      pool_mode: 'transaction',
      default_pool_size: 1,
      query_wait_timeout: 1,
    });
    const [holder, waiting] = [0, 1].map(() => new pg.Client({ connectionString: bouncer.url }));
    waiting?.on('error', () => undefined);
    await holder?.connect();
    await holder?.query('BEGIN');
    const error = await failure(
      (async () => {
        await waiting?.connect();
        await waiting?.query('SELECT 1');
      })(),
    );
    expect([String(error), isBusy(error), isConnectionError(error)]).toEqual([
      'error: query_wait_timeout',
      true,
      false,
    ]);
    await holder?.end();
    await waiting?.end();
  });

  it('cancels only the statement of a client that has disconnected', async () => {
    await using role = await createRole();
    await using bouncer = await startPgBouncer(role.url, { pool_mode: 'transaction', default_pool_size: 2 });
    await using database = openPool(bouncer.url, 2);
    const scope = new AbortController();
    const slow = database.within({ owner: 'gone', atOnce: 1, signal: scope.signal }, () =>
      database.query('SELECT pg_sleep(60)', []),
    );
    const sleeping = () =>
      role.asSuperuser(`SELECT pid FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'SELECT pg_sleep(60)%'`);
    await expect.poll(sleeping).toHaveLength(1);
    const others = Promise.all(
      Array.from({ length: 50 }, () => database.query('SELECT pg_sleep(0.01)::text AS s', [])),
    );
    scope.abort();
    expect(isCancelled(await failure(slow))).toBe(true);
    expect(await others).toHaveLength(50);
    await expect.poll(sleeping).toEqual([]);
    expect(await database.query('SELECT 1 AS one', [])).toEqual([{ one: 1 }]);
  });
});

describe.skipIf(!hasPgBouncer)('behind PgBouncer with another pool_mode', () => {
  it('session also works', async () => {
    await using role = await createRole({ settings: hostileSettings });
    await using bouncer = await startPgBouncer(role.url, { pool_mode: 'session' });
    await checkPostgres(bouncer.url, demand);
    await migrate(bouncer.url, { log });
    await using database = openPool(bouncer.url, 2);
    expect(await database.query('SHOW search_path', [])).toEqual([{ search_path: 'public' }]);
  });

  it('statement is refused at startup, in one line', async () => {
    await using role = await createRole();
    await using bouncer = await startPgBouncer(role.url, { pool_mode: 'statement' });
    const error = await failure(checkPostgres(bouncer.url, demand));
    expect(error).toBeInstanceOf(UnreachableError);
    expect((error as UnreachableError).message).toMatch(/^DATABASE_URL: [^\n]*pool_mode = transaction[^\n]*$/);
  });
});
