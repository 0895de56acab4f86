import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, inject, it } from 'vitest';
import { checkPostgres, UnreachableError } from '../../src/connections/given-servers.ts';
import { failure } from '../database/opening.ts';
import { createRole, type Role } from '../database/roles.ts';
import { runCommand } from './commands.ts';

async function problemOf(url: string, processes = 3, connections = 10): Promise<string> {
  const error = await failure(checkPostgres(url, { processes, connections }));
  expect(error).toBeInstanceOf(UnreachableError);
  const { message } = error as UnreachableError;
  expect(message).toMatch(/^DATABASE_URL: [^\n]+$/);
  return message;
}

const tables = ({ asSuperuser }: Role) =>
  asSuperuser(`SELECT tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`);

describe('a database that is not UTF-8', () => {
  it.each(['LATIN1', 'SQL_ASCII'])(
    '%s is refused with the statement that creates a suitable one, before anything is written',
    async (encoding) => {
      await using role = await createRole({
        database: `ENCODING '${encoding}' LOCALE 'C' LOCALE_PROVIDER libc TEMPLATE template0`,
      });
      const fix = `CREATE DATABASE "${role.name}_utf8" ENCODING 'UTF8' TEMPLATE template0`;
      expect(await problemOf(role.url)).toBe(
        `DATABASE_URL: the database ${role.name} has the encoding ${encoding}, and Pagehive needs UTF8: name another database, made by ${fix}`,
      );
      for (const command of ['start', 'migrate', 'serve', 'work', 'maintain']) {
        const { code, stderr } = await runCommand(command, {
          DATABASE_URL: role.url,
          REDIS_URL: inject('redisUrl'),
        });
        expect([code, stderr.trim().split('\n').at(-1)]).toEqual([
          1,
          expect.stringContaining(`has the encoding ${encoding}`),
        ]);
      }
      expect(await tables(role)).toEqual([]);
    },
  );
});

describe('a connection limit below the requirement', () => {
  it('of the role is refused with a setting that fits and a statement that raises the limit', async () => {
    await using role = await createRole({ role: 'CONNECTION LIMIT 15' });
    expect(await problemOf(role.url)).toBe(
      `DATABASE_URL: the role ${role.name} may have 15 connections, and 3 processes with DATABASE_CONNECTIONS=10 may need 30: ` +
        `set DATABASE_CONNECTIONS=5, or run ALTER ROLE "${role.name}" CONNECTION LIMIT 30`,
    );
    await checkPostgres(role.url, { processes: 3, connections: 5 });
    await checkPostgres(role.url, { processes: 1, connections: 10 });
  });

  it('suggests no setting if every setting is too large', async () => {
    await using role = await createRole({ role: 'CONNECTION LIMIT 8' });
    expect(await problemOf(role.url, 3, 3)).toMatch(/may need 9: run ALTER ROLE "\w+" CONNECTION LIMIT 9$/);
  });

  it('of the database or the server is also refused', async () => {
    await using role = await createRole({ database: 'CONNECTION LIMIT 12' });
    expect(await problemOf(role.url)).toContain(`set DATABASE_CONNECTIONS=4, or run ALTER DATABASE "${role.name}"`);
    await using unlimited = await createRole();
    expect(await problemOf(unlimited.url, 1, 1_000)).toMatch(
      /the server accepts 97 connections, and this process .* set DATABASE_CONNECTIONS=97, or run ALTER SYSTEM SET max_connections = 1003, and restart it$/,
    );
  });
});

describe('?schema= in the URL', () => {
  it('is refused: the tables are in the schema public', async () => {
    await using role = await createRole();
    expect(await problemOf(`${role.url}?schema=app`)).toContain('remove ?schema=app');
    await checkPostgres(`${role.url}?schema=public`, null);
  });
});

it('reports the privilege that a role without the right to create tables lacks', async () => {
  await using role = await createRole();
  await role.asSuperuser(`ALTER DATABASE ${role.name} OWNER TO CURRENT_USER`);
  const { code, stderr } = await runCommand('migrate', { DATABASE_URL: role.url });
  expect([code, stderr]).toEqual([1, expect.stringContaining('GRANT USAGE, CREATE ON SCHEMA public TO the role')]);
});

it('gives up on a server that accepts connections but never responds', async () => {
  const server = createServer(() => undefined).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  expect(await problemOf(`postgresql://x:y@127.0.0.1:${port}/z`)).toContain(
    'does not respond; check host, port and firewall',
  );
  server.close();
});
