import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/connections/database.ts';
import { migrate } from '../../src/connections/migrations.ts';
import { openPlatform } from '../../src/platform.ts';
import { createDatabase, startService } from '../service.ts';
import { failure, openPool } from './opening.ts';
import { problemOf, temporaryRole } from './roles.ts';

const log = () => undefined;

let home: Awaited<ReturnType<typeof createDatabase>>;
let owner: Database;
beforeAll(async () => {
  home = await createDatabase();
  owner = openPool(home.url, 1);
});
afterAll(async () => {
  await owner[Symbol.asyncDispose]();
  await home.drop();
});

async function run(...statements: string[]): Promise<void> {
  for (const statement of statements) await owner.query(statement, [], { prepared: false });
}

/** What gives the role more than requests need, for a role named $role, and how the API describes it. */
const excesses: [what: string, statements: string[], problem: string][] = [
  ['SUPERUSER', ['ALTER ROLE $role SUPERUSER'], 'row-level security does not apply to the role $role (SUPERUSER)'],
  ['BYPASSRLS', ['ALTER ROLE $role BYPASSRLS'], 'row-level security does not apply to the role $role (BYPASSRLS)'],
  ['CREATEROLE', ['ALTER ROLE $role CREATEROLE'], 'the role $role has CREATEROLE'],
  ['CREATEDB', ['ALTER ROLE $role CREATEDB'], 'the role $role has CREATEDB'],
  ['REPLICATION', ['ALTER ROLE $role REPLICATION'], 'the role $role has REPLICATION'],
  ['membership in a superuser', ['GRANT pagehive TO $role'], 'the role $role, a member of pagehive'],
  ['membership in a role that reads all', ['GRANT pg_read_all_data TO $role'], 'is a member of pg_read_all_data'],
  [
    'membership in a role with privileges, without INHERIT',
    [
      'CREATE ROLE $role_group',
      'GRANT SELECT ON installation TO $role_group',
      'GRANT $role_group TO $role',
      'ALTER ROLE $role NOINHERIT',
    ],
    'the role $role is a member of $role_group, which may do more than requests need',
  ],
  ['a table', ['ALTER TABLE jobs OWNER TO $role'], 'the role $role owns tables (jobs)'],
  ['a function', ['ALTER FUNCTION count_pages OWNER TO $role'], 'the role $role owns the function count_pages()'],
  ['a privilege', ['GRANT TRUNCATE ON jobs TO $role'], 'the role $role has TRUNCATE on jobs'],
  [
    'a privilege on a withheld table',
    ['GRANT SELECT ON installation TO $role'],
    'the role $role has SELECT on installation',
  ],
  ['a privilege on a column', ['GRANT UPDATE (limits) ON tenants TO $role'], 'the role $role has UPDATE on tenants'],
  [
    'the privileges of an earlier version',
    ['GRANT UPDATE ON tenants TO $role'],
    'the role $role has UPDATE on tenants',
  ],
  ['a grant option', ['GRANT SELECT ON jobs TO $role WITH GRANT OPTION'], 'the role $role has SELECT on jobs'],
  ['a sequence', ['GRANT UPDATE ON SEQUENCE claim_turn TO $role'], 'the role $role has UPDATE on claim_turn'],
  ['a privilege of every role', ['GRANT SELECT ON installation TO PUBLIC'], 'every role has SELECT on installation'],
  [
    'objects in the schema',
    ['GRANT CREATE ON SCHEMA public TO PUBLIC'],
    'every role may create objects in the schema public',
  ],
  [
    'a view of all rows',
    [
      'CREATE VIEW all_pages AS SELECT * FROM pages',
      'CREATE VIEW more_pages AS SELECT * FROM all_pages',
      'GRANT SELECT ON more_pages TO $role',
    ],
    'the role $role has SELECT on more_pages',
  ],
  ['the schema', ['ALTER SCHEMA public OWNER TO $role'], 'the role $role owns the schema public'],
  [
    'no row-level security',
    ['ALTER TABLE pages DISABLE ROW LEVEL SECURITY'],
    'row-level security is disabled for the table pages',
  ],
  [
    'another policy',
    ['CREATE POLICY more ON pages USING (true)'],
    'the policy more admits further rows of the table pages',
  ],
];

describe('a role that may do more than requests need', () => {
  it.each(excesses)('is refused by the API and corrected by migrate: %s', async (_, statements, problem) => {
    await using role = await temporaryRole(home.url);
    await migrate(home.url, { log, apiUrl: role.url });
    expect(await problemOf(role.url)).toBeNull();
    const { username: name } = new URL(role.url);
    const named = (text: string) => text.replaceAll('$role', name);
    await run(...statements.map(named));
    expect(await problemOf(role.url)).toBe(
      `${await firstPart(role.url, named(problem))}: run \`pagehive migrate\` first`,
    );
    await migrate(home.url, { log, apiUrl: role.url });
    expect(await problemOf(role.url)).toBeNull();
    const lines: string[] = [];
    await migrate(home.url, { log: (line) => lines.push(line), apiUrl: role.url });
    expect(lines).toEqual([]);
    if (statements.join().includes('VIEW')) await run('DROP VIEW all_pages CASCADE');
    if (statements.join().includes('_group')) await run(`DROP OWNED BY ${name}_group`, `DROP ROLE ${name}_group`);
  });

  /** Returns the problem up to its fix, and checks that it contains the expected text. */
  async function firstPart(url: string, expected: string): Promise<string> {
    const problem = (await problemOf(url)) ?? '';
    expect(problem).toContain(expected);
    return problem.slice(0, problem.lastIndexOf(': '));
  }

  it('keeps its memberships in roles, and its privileges on views, that give it no more', async () => {
    await using role = await temporaryRole(home.url);
    await migrate(home.url, { log, apiUrl: role.url });
    const { username: name } = new URL(role.url);
    await run(`CREATE ROLE ${name}_group`, `GRANT ${name}_group TO ${name}`);
    await run(
      'CREATE VIEW own_pages WITH (security_invoker = true) AS SELECT * FROM pages',
      `GRANT SELECT ON own_pages TO ${name}`,
    );
    expect(await problemOf(role.url)).toBeNull();
    await migrate(home.url, { log, apiUrl: role.url });
    const members = await owner.query('SELECT 1 FROM pg_auth_members WHERE member = $1::regrole', [name]);
    expect(members).toHaveLength(1);
    await run('DROP VIEW own_pages', `DROP ROLE ${name}_group`);
  });
});

it('the API does not start with a role that may do more than requests need', async () => {
  await using service = await startService({ worker: false, maintenance: false });
  await using role = await temporaryRole(service.config.databaseUrl ?? '');
  await migrate(service.config.databaseUrl ?? '', { log, apiUrl: role.url });
  const { username: name } = new URL(role.url);
  await service.platform.database.query(`GRANT SELECT ON installation TO ${name}`, []);
  expect(await failure(openPlatform({ ...service.config, databaseApiUrl: role.url }, 'serve'))).toMatchObject({
    name: 'ConfigError',
    message: `DATABASE_API_URL: the role ${name} has SELECT on installation: run \`pagehive migrate\` first`,
  });
});
