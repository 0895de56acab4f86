import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { expect, inject, it, onTestFinished } from 'vitest';
import { freePort, writeSettings } from '../../src/connections/embedded-server.ts';
import { run } from './running.ts';

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'pagehive-cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const commands = [['keys', 'list'], ['tenants', 'list'], ['audit', 'export'], ['rotate-secret-key']];

/** The database of the test run, without tables of Pagehive. */
function databaseUrl(name: string): string {
  const url = new URL(inject('postgresUrl'));
  url.pathname = `/${name}`;
  return url.href;
}

it.each(commands.map((command) => [command.join(' '), command] as const))(
  '%s states in one line that the embedded database does not run',
  async (_, args) => {
    const dataDir = emptyFolder();
    writeSettings(dataDir, 'postgres', { password: 'x', port: await freePort() });
    const env = { DATABASE_URL: '', DATA_DIR: dataDir };
    expect(
      await run(
        args.filter((each) => each !== undefined),
        { env },
      ),
    ).toEqual({
      code: 1,
      stdout: '',
      stderr: `pagehive: DATA_DIR: no database runs on ${dataDir}; start Pagehive with \`npm start\`, or set DATABASE_URL\n`,
    });
  },
);

it('keys list states in one line that DATABASE_URL has no server, no database or no tables', async () => {
  const list = (url: string) => run(['keys', 'list'], { env: { DATABASE_URL: url, DATA_DIR: emptyFolder() } });
  const port = await freePort();
  expect(await list(`postgresql://u:p@127.0.0.1:${port}/x`)).toMatchObject({
    code: 1,
    stderr: `pagehive: DATABASE_URL: nothing listens at 127.0.0.1:${port}; check host and port, and that the server runs\n`,
  });
  const noTables =
    'pagehive: DATABASE_URL: the database has no tables of Pagehive; check its name, or run `pagehive migrate` to create them\n';
  expect(await list(databaseUrl('no_such_database'))).toMatchObject({ code: 1, stderr: noTables });
  const client = new pg.Client({ connectionString: inject('postgresUrl') });
  await client.connect();
  await client.query('CREATE DATABASE without_tables');
  onTestFinished(async () => {
    await client.query('DROP DATABASE without_tables');
    await client.end();
  });
  expect(await list(databaseUrl('without_tables'))).toMatchObject({ code: 1, stderr: noTables });
});

it.each([
  ['SANDBOX', 'none', 'must be auto or off'],
  ['AUTH', 'yes', 'must be auto or required'],
  ['LOG_LEVEL', 'all', 'must be trace, debug, info, warn, error, fatal or silent'],
])('%s=%s is refused with the allowed values', async (name, value, allowed) => {
  const outcome = await run(['keys', 'list'], { env: { [name]: value, DATA_DIR: emptyFolder() } });
  expect(outcome).toMatchObject({ code: 2, stderr: `pagehive: ${name} ${allowed}\n` });
});
