import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startPostgres } from '../../src/connections/embedded-postgres.ts';
import type { EmbeddedServer } from '../../src/connections/embedded-server.ts';
import { isAlive } from '../../src/supervisor/process-identity.ts';
import { environmentOf, recordedProcess, temporaryDirectory } from './running.ts';

const directory = temporaryDirectory();
const dataDir = join(directory.path, 'closed', 'data');
const log = vi.fn();
let server: EmbeddedServer;

const begin = async () => {
  server = await startPostgres({ dataDir, log });
};

beforeAll(async () => {
  vi.stubEnv('SECRET_KEY', 'master');
  await begin();
  vi.unstubAllEnvs();
  await query('CREATE TABLE kept (id int)');
});

afterAll(async () => {
  await server.stop();
  directory[Symbol.dispose]();
});

async function query(text: string, url = server.url): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url.replace(/\/pagehive$/, '/postgres') });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

const rows = () => query('SELECT id FROM kept ORDER BY id');

test.runIf(process.platform === 'linux')('gets no secret of its parent', () => {
  expect(environmentOf(server.pid)).toMatchObject({ LC_ALL: 'C', PATH: process.env.PATH });
  expect(environmentOf(server.pid)).not.toHaveProperty('SECRET_KEY');
});

test('keeps data, port and password across a restart', async () => {
  await query('INSERT INTO kept VALUES (1)');
  const { url, pid } = server;
  await server.stop();
  expect(existsSync(join(dataDir, 'run', 'postgres.pid'))).toBe(false);
  await begin();
  expect(server.url).toBe(url);
  expect(server.pid).not.toBe(pid);
  expect(await rows()).toEqual([{ id: 1 }]);
});

test('requires the password, which only its owner can read', async () => {
  const wrong = new URL(server.url);
  wrong.password = 'guess';
  await expect(query('SELECT 1', wrong.href)).rejects.toThrow('password authentication failed');
  expect(statSync(join(dataDir, 'postgres.json')).mode & 0o777).toBe(0o600);
  expect(existsSync(join(dataDir, 'postgres.initial-password'))).toBe(false);
});

test('is durable, listens on loopback only and folds the case of Unicode letters', async () => {
  const [settings] =
    await query(`SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commit,
    current_setting('listen_addresses') AS addresses, to_tsvector('simple', 'ÉCOLE') @@ to_tsquery('simple', 'école') AS folds`);
  expect(settings).toEqual({ fsync: 'on', commit: 'on', addresses: '127.0.0.1', folds: true });
});

test('recovers committed data after it is killed', async () => {
  const client = new pg.Client({ connectionString: server.url.replace(/\/pagehive$/, '/postgres') });
  client.on('error', () => undefined);
  await client.connect();
  await client.query('INSERT INTO kept VALUES (2)');
  await client.query('BEGIN');
  await client.query('INSERT INTO kept VALUES (3)');
  process.kill(server.pid, 'SIGKILL');
  await server.exited;
  await begin();
  expect(await rows()).toEqual([{ id: 1 }, { id: 2 }]);
});

test('replaces a server that another process left on the data', async () => {
  const left = recordedProcess(join(dataDir, 'run'), 'postgres');
  await begin();
  expect(isAlive(left)).toBe(false);
  expect(await rows()).toEqual([{ id: 1 }, { id: 2 }]);
});

test('replaces a server that only the pid file of PostgreSQL records', async () => {
  const left = recordedProcess(join(dataDir, 'run'), 'postgres');
  rmSync(join(dataDir, 'run', 'postgres.pid'));
  await begin();
  expect(isAlive(left)).toBe(false);
  expect(await rows()).toEqual([{ id: 1 }, { id: 2 }]);
});

test('starts although the pid of a killed server now belongs to another program', async () => {
  const path = join(dataDir, 'postgres', 'postmaster.pid');
  const lines = readFileSync(path, 'utf8').split('\n');
  await server.stop();
  writeFileSync(path, [String(process.pid), ...lines.slice(1)].join('\n'), { mode: 0o600 });
  await begin();
  expect(await rows()).toEqual([{ id: 1 }, { id: 2 }]);
});

test('uses another port when its own is taken', async () => {
  await server.stop();
  using elsewhere = temporaryDirectory();
  await using squatter = await startPostgres({ dataDir: elsewhere.path, log, port: server.port });
  await begin();
  expect(server.port).not.toBe(squatter.port);
});

test('waits for its port when other processes know its URL', async () => {
  const { port } = server;
  await server.stop();
  using elsewhere = temporaryDirectory();
  await using squatter = await startPostgres({ dataDir: elsewhere.path, log, port });
  const insisting = startPostgres({ dataDir, log, port });
  await expect
    .poll(() => readFileSync(join(dataDir, 'logs', 'postgres.log'), 'utf8'))
    .toMatch(`could not bind IPv4 address "127.0.0.1": Address already in use`);
  await squatter.stop();
  server = await insisting;
  expect(server.port).toBe(port);
});

test('starts over when the first start was killed midway', async () => {
  using half = temporaryDirectory();
  mkdirSync(join(half.path, 'postgres.new', 'base'), { recursive: true });
  await using fresh = await startPostgres({ dataDir: half.path, log });
  expect(await query('SELECT 1 AS one', fresh.url)).toEqual([{ one: 1 }]);
});

test('reports the cause when its files are unusable', async () => {
  using broken = temporaryDirectory();
  await (await startPostgres({ dataDir: broken.path, log })).stop();
  writeFileSync(join(broken.path, 'postgres', 'PG_VERSION'), '9\n');
  await expect(startPostgres({ dataDir: broken.path, log })).rejects.toThrow(/PostgreSQL did not start: .*FATAL/);
});
