import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createRole as createRoleStatement, grantStatements } from '../../src/connections/api-role.ts';
import type { Database } from '../../src/connections/database.ts';
import { MigrationError } from '../../src/connections/migration-connection.ts';
import { migrate } from '../../src/connections/migrations.ts';
import { openPlatform } from '../../src/platform.ts';
import { createDatabase, startService } from '../service.ts';
import { runCommand } from '../start/commands.ts';
import { failure, openPool } from './opening.ts';
import { apiUrlOf, createRole, problemOf, temporaryRole } from './roles.ts';

const log = () => undefined;

let home: Awaited<ReturnType<typeof createDatabase>>;
let owner: Database;
beforeAll(async () => {
  home = await createDatabase();
  owner = openPool(home.url, 2);
});
afterAll(async () => {
  await owner[Symbol.asyncDispose]();
  await home.drop();
});

async function run(...statements: string[]): Promise<void> {
  for (const statement of statements) await owner.query(statement, [], { prepared: false });
}

async function messageOf(work: Promise<unknown>): Promise<string> {
  const error = await failure(work);
  expect(error).toBeInstanceOf(MigrationError);
  const { message } = error as MigrationError;
  expect(message).not.toContain('\n');
  return message;
}

describe('migrate', () => {
  it('creates the role of DATABASE_API_URL, which can log in, and corrects its privileges', async () => {
    await using role = await temporaryRole(home.url);
    await migrate(home.url, { log, apiUrl: role.url });
    expect(await problemOf(role.url)).toBeNull();
    const name = new URL(role.url).username;
    await owner.query(`GRANT ALL ON installation TO ${name}`, []);
    await owner.query(`REVOKE INSERT ON jobs FROM ${name}`, []);
    expect(await problemOf(role.url)).toBe(
      `the role ${name} lacks privileges (jobs INSERT, …): run \`pagehive migrate\` first`,
    );
    await migrate(home.url, { log, apiUrl: role.url });
    expect(await problemOf(role.url)).toBeNull();
    await using database = openPool(role.url, 1);
    expect(await failure(database.query('SELECT secret FROM installation', []))).toMatchObject({ code: '42501' });
  });

  it('prints statements for an administrator that do the same, without the password', async () => {
    await using role = await temporaryRole(home.url);
    const { username: name } = new URL(role.url);
    const statements = [createRoleStatement({ name, password: 'a secret/' }), ...grantStatements({ name })];
    expect(statements.join()).not.toContain('a secret');
    for (const statement of statements) await owner.query(statement, [], { prepared: false });
    expect(await problemOf(role.url)).toBeNull();
  });

  it('says what to do if it may not create the role', async () => {
    await using database = await createRole();
    const url = new URL(database.url);
    url.username = `${database.name}_api`;
    const error = await failure(migrate(database.url, { log, apiUrl: url.href }));
    expect(error).toBeInstanceOf(MigrationError);
    expect(error).toMatchObject({ message: expect.stringContaining('pagehive migrate --print-roles') });
  });

  it('gives an existing role the password of DATABASE_API_URL, and lets it log in', async () => {
    await using role = await temporaryRole(home.url);
    await migrate(home.url, { log, apiUrl: role.url });
    const changed = new URL(role.url);
    changed.password = 'another';
    await run(
      `ALTER ROLE ${changed.username} NOLOGIN VALID UNTIL '2020-01-01'`,
      `REVOKE CONNECT ON DATABASE ${changed.pathname.slice(1)} FROM PUBLIC`,
    );
    await migrate(home.url, { log, apiUrl: changed.href });
    expect(await problemOf(changed.href)).toBeNull();
    expect(await failure(problemOf(role.url))).toMatchObject({ code: '28P01' });
  });

  it('refuses what it may not correct, with the statement for an administrator, and changes nothing', async () => {
    await using database = await createRole();
    await using role = await temporaryRole(database.superuserUrl);
    const { username: name } = new URL(role.url);
    await database.asSuperuser(`CREATE ROLE ${name} LOGIN PASSWORD 'a secret/'`);
    await migrate(database.url, { log, apiUrl: role.url });
    await database.asSuperuser(`ALTER ROLE ${name} BYPASSRLS`);
    await database.asSuperuser(`GRANT TRUNCATE ON jobs TO ${name}`);
    expect(await messageOf(migrate(database.url, { log, apiUrl: role.url }))).toBe(
      `DATABASE_API_URL: row-level security does not apply to the role ${name} (BYPASSRLS): let an administrator run ALTER ROLE ${name} NOBYPASSRLS, then migrate again`,
    );
    await database.asSuperuser(`ALTER ROLE ${name} NOBYPASSRLS`);
    expect(await problemOf(role.url)).toContain('has TRUNCATE on jobs');
    await migrate(database.url, { log, apiUrl: role.url });
    expect(await problemOf(role.url)).toBeNull();
    const wrong = new URL(role.url);
    wrong.password = 'wrong';
    expect(await messageOf(migrate(database.url, { log, apiUrl: wrong.href }))).toContain(
      `let an administrator run ALTER ROLE "${name}" PASSWORD '…'`,
    );
    await database.asSuperuser(`REVOKE ALL ON SCHEMA public FROM ${name}`);
  });

  it('leaves the role of DATABASE_URL able to migrate where every role could create tables', async () => {
    await using database = await createRole();
    await using role = await temporaryRole(database.superuserUrl);
    const { username: name } = new URL(role.url);
    await database.asSuperuser(`CREATE ROLE ${name} LOGIN PASSWORD 'a secret/'`);
    // As in PostgreSQL 14 and older.
    await database.asSuperuser('ALTER SCHEMA public OWNER TO CURRENT_USER');
    await database.asSuperuser('GRANT CREATE ON SCHEMA public TO PUBLIC');
    const message = await messageOf(migrate(database.url, { log, apiUrl: role.url }));
    const fix = `GRANT CREATE ON SCHEMA public TO ${database.name}; REVOKE CREATE ON SCHEMA public FROM PUBLIC`;
    expect(message).toBe(
      `DATABASE_API_URL: every role may create objects in the schema public: let an administrator run ${fix}, then migrate again`,
    );
    for (const statement of fix.split('; ')) await database.asSuperuser(statement);
    await migrate(database.url, { log, apiUrl: role.url });
    expect(await problemOf(role.url)).toBeNull();
  });

  it('never changes the role of DATABASE_URL, a role that owns a database, or the first superuser', async () => {
    const itself = 'name another role, which `pagehive migrate` creates';
    expect(await messageOf(migrate(home.url, { log, apiUrl: home.url }))).toContain(itself);
    await using database = await createRole();
    await migrate(database.url, { log });
    expect(await messageOf(migrate(database.url, { log, apiUrl: database.url }))).toContain(itself);
    expect(await messageOf(migrate(database.superuserUrl, { log, apiUrl: database.url }))).toContain(itself);
    expect(await messageOf(migrate(database.url, { log, apiUrl: database.superuserUrl }))).toContain(itself);
    await migrate(database.url, { log });
  });

  it('leaves tables of other owners and of extensions alone', async () => {
    await using database = await createRole();
    await using role = await temporaryRole(database.superuserUrl);
    const { username: name } = new URL(role.url);
    await database.asSuperuser(`CREATE ROLE ${name} LOGIN PASSWORD 'a secret/'`);
    await database.asSuperuser('CREATE TABLE public.foreign_table (id serial)');
    await database.asSuperuser('CREATE TABLE public.foreign_private (id serial)');
    await database.asSuperuser('CREATE TABLE public.extended (id int)');
    await database.asSuperuser('CREATE EXTENSION pg_trgm SCHEMA public');
    await database.asSuperuser('ALTER EXTENSION pg_trgm ADD TABLE public.extended');
    await database.asSuperuser(`GRANT SELECT ON foreign_table, extended TO PUBLIC`);
    await database.asSuperuser(`GRANT ALL ON foreign_table TO ${name}`);
    const acl = () =>
      database.asSuperuser(
        `SELECT relname, relacl::text FROM pg_class WHERE relname ~ '^foreign_' OR relname = 'extended' ORDER BY 1`,
      );
    const before = await acl();
    await migrate(database.url, { log, apiUrl: role.url });
    expect(await problemOf(role.url)).toBeNull();
    expect(await migrate(database.url, { log, apiUrl: role.url })).toEqual([]);
    expect(await acl()).toEqual(before);
    await database.asSuperuser(`REVOKE ALL ON foreign_table FROM ${name}`);
    await database.asSuperuser('DROP TABLE foreign_table, foreign_private');
    await database.asSuperuser('DROP EXTENSION pg_trgm');
  });

  it('records in the audit log what it changed', async () => {
    await using database = await createRole();
    const env = { DATABASE_URL: database.url, DATABASE_API_URL: apiUrlOf(database.url) };
    expect((await runCommand('migrate', env)).code).toBe(0);
    const entries = () =>
      database.asSuperuser('SELECT actor, action, target, outcome, tenant_id FROM audit_log ORDER BY id');
    const same = { actor: 'COMMAND_LINE', outcome: 'OK', tenant_id: expect.any(String) };
    const first = [
      { ...same, action: 'migrate', target: expect.stringMatching(/^\d{14}_\w+$/) },
      { ...same, action: 'migrate role', target: 'pagehive_api' },
    ];
    expect(await entries()).toEqual(first);
    expect((await runCommand('migrate', env)).code).toBe(0);
    expect(await entries()).toEqual(first);
    await database.asSuperuser('REVOKE SELECT ON jobs FROM pagehive_api');
    await database.asSuperuser('DROP FUNCTION claim_jobs');
    expect((await runCommand('migrate', env)).code).toBe(0);
    expect((await entries()).slice(2)).toEqual([
      { ...same, action: 'migrate', target: 'claim_jobs' },
      { ...same, action: 'migrate role', target: 'pagehive_api' },
    ]);
  });
});

describe('DATABASE_API_URL with another database than DATABASE_URL', () => {
  const fix = 'it leads to another database than DATABASE_URL: give both URLs the same host, port and database name';

  it('is refused by migrate', async () => {
    const message = await messageOf(migrate(home.url, { log, apiUrl: apiUrlOf(inject('postgresUrl')) }));
    expect(message).toBe(`DATABASE_API_URL: ${fix}`);
  });

  it('is refused by the API', async () => {
    await using service = await startService({ worker: false, maintenance: false });
    const config = { ...service.config, databaseApiUrl: apiUrlOf(home.url) };
    expect(await failure(openPlatform(config, 'serve'))).toMatchObject({
      name: 'ConfigError',
      message: `DATABASE_API_URL: ${fix}`,
    });
  });
});
