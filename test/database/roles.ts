import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { findRoleProblem } from '../../src/connections/api-role-check.ts';
import { embeddedApiUrl } from '../../src/connections/embedded-postgres.ts';
import { openPool } from './opening.ts';

/** A role with its own empty database. */
export interface Role extends AsyncDisposable {
  readonly name: string;
  readonly url: string;
  /** The URL of the database for a superuser. */
  readonly superuserUrl: string;
  /** Runs a statement as superuser in the role's database. */
  asSuperuser(statement: string): Promise<Record<string, unknown>[]>;
}

export interface RoleOptions {
  /** Values of `ALTER ROLE … SET`. */
  settings?: Readonly<Record<string, string>>;
  /** Appended to `CREATE DATABASE … OWNER …`. */
  database?: string;
  /** Appended to `CREATE ROLE … LOGIN PASSWORD …`. */
  role?: string;
}

async function run(url: string, ...statements: string[]): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    let rows: Record<string, unknown>[] = [];
    for (const statement of statements) rows = (await client.query(statement)).rows;
    return rows;
  } finally {
    await client.end();
  }
}

export async function createRole({ settings = {}, database = '', role = '' }: RoleOptions = {}): Promise<Role> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  const admin = inject('postgresUrl');
  await run(
    admin,
    `CREATE ROLE ${name} LOGIN PASSWORD 'x' ${role}`,
    `CREATE DATABASE ${name} OWNER ${name} ${database}`,
    ...Object.entries(settings).map(([key, value]) => `ALTER ROLE ${name} SET ${key} = ${value}`),
  );
  const url = new URL(admin);
  url.pathname = `/${name}`;
  const superuser = url.href;
  url.username = name;
  url.password = 'x';
  return {
    name,
    url: url.href,
    superuserUrl: superuser,
    asSuperuser: (statement) => run(superuser, statement),
    async [Symbol.asyncDispose]() {
      await run(admin, `DROP DATABASE ${name}`, `DROP ROLE ${name}`);
    },
  };
}

/** The URL of a role's database for the API's role, which every database of the cluster shares. */
export function apiUrlOf(url: string): string {
  const api = new URL(embeddedApiUrl(inject('postgresUrl')));
  api.pathname = new URL(url).pathname;
  return api.href;
}

/** Role settings that break any code that depends on the defaults. */
export const hostileSettings = {
  DateStyle: "'German, DMY'",
  IntervalStyle: "'iso_8601'",
  TimeZone: "'Pacific/Chatham'",
  bytea_output: "'escape'",
  extra_float_digits: '-10',
  array_nulls: 'off',
  standard_conforming_strings: 'off',
  escape_string_warning: 'off',
  search_path: 'nowhere',
  gin_fuzzy_search_limit: '1',
  statement_timeout: '300',
  lock_timeout: '300',
  idle_in_transaction_session_timeout: '300',
  default_transaction_isolation: "'serializable'",
  default_transaction_read_only: 'on',
  default_transaction_deferrable: 'on',
  synchronous_commit: 'off',
} as const;

/**
 * A URL for the API's role, which `migrate` may create. The role is removed at the end, with what it owns in this
 * database.
 */
export async function temporaryRole(url: string): Promise<{ url: string } & AsyncDisposable> {
  const api = new URL(url);
  api.username = `test_${randomUUID().replaceAll('-', '')}`;
  api.password = 'a secret/';
  return {
    url: api.href,
    async [Symbol.asyncDispose]() {
      await using database = openPool(url, 1);
      await database.query(`DROP OWNED BY ${api.username}`, []);
      await database.query(`DROP ROLE ${api.username}`, []);
    },
  };
}

/** Returns why the role of a URL cannot be the API's. */
export async function problemOf(url: string): Promise<string | null> {
  await using database = openPool(url, 1);
  return await findRoleProblem(database.query);
}
