import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startPostgres } from '../../src/connections/embedded-postgres.ts';
import type { EmbeddedServer } from '../../src/connections/embedded-server.ts';
import { MigrationError } from '../../src/connections/migration-connection.ts';
import { migrate } from '../../src/connections/migrations.ts';
import { type Directory, temporaryDirectory } from './running.ts';

const cluster = temporaryDirectory();
const log = () => undefined;
let server: EmbeddedServer;

beforeAll(async () => {
  server = await startPostgres({ dataDir: cluster.path, log });
});

afterAll(async () => {
  await server.stop();
  cluster[Symbol.dispose]();
});

function databaseUrl(name: string): string {
  const url = new URL(server.url);
  url.pathname = `/${name}`;
  return url.href;
}

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

function write(directory: Directory, name: string, sql: string): void {
  const folder = join(directory.path, 'migrations', name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'migration.sql'), sql);
}

const first = 'CREATE TABLE a (id int); INSERT INTO a VALUES (1);';

test("creates the database and applies the project's own migrations once", async () => {
  const url = databaseUrl('own');
  const applied = await migrate(url, { log });
  expect(applied[0]).toMatch(/^\d{14}_init$/);
  expect(await migrate(url, { log })).toEqual([]);
});

test('applies new migrations in order, and records them as Prisma does', async () => {
  using directory = temporaryDirectory();
  const url = databaseUrl('two steps');
  write(directory, '20260101000000_one', first);
  writeFileSync(join(directory.path, 'migrations', 'migration_lock.toml'), 'provider = "postgresql"');
  expect(await migrate(url, { log, directory: directory.path })).toEqual(['20260101000000_one']);
  write(directory, '20260103000000_three', 'UPDATE a SET id = id * 10;');
  write(directory, '20260102000000_two', 'UPDATE a SET id = id + 1;');
  expect(await migrate(url, { log, directory: directory.path })).toEqual([
    '20260102000000_two',
    '20260103000000_three',
  ]);
  expect(await query(url, 'SELECT id FROM a')).toEqual([{ id: 20 }]);
  const [row] = await query(
    url,
    `SELECT migration_name, checksum, logs, rolled_back_at, applied_steps_count, finished_at >= started_at AS finished
     FROM _prisma_migrations ORDER BY started_at`,
  );
  expect(row).toEqual({
    migration_name: '20260101000000_one',
    checksum: createHash('sha256').update(first).digest('hex'),
    logs: null,
    rolled_back_at: null,
    applied_steps_count: 1,
    finished: true,
  });
});

test('applies each migration once, even if many processes migrate at the same time', async () => {
  using directory = temporaryDirectory();
  write(directory, '20260101000000_one', first);
  write(directory, '20260102000000_two', 'INSERT INTO a VALUES (2);');
  const url = databaseUrl('crowded');
  const results = await Promise.all(Array.from({ length: 8 }, () => migrate(url, { log, directory: directory.path })));
  expect(results.flat().sort()).toEqual(['20260101000000_one', '20260102000000_two']);
  expect(await query(url, 'SELECT count(*)::int AS rows FROM a')).toEqual([{ rows: 2 }]);
});

test('refuses a migration that was edited after it was applied', async () => {
  using directory = temporaryDirectory();
  const url = databaseUrl('edited');
  write(directory, '20260101000000_one', first);
  await migrate(url, { log, directory: directory.path });
  write(directory, '20260101000000_one', `${first} -- edited`);
  await expect(migrate(url, { log, directory: directory.path })).rejects.toThrow('20260101000000_one was edited');
});

test('refuses a database that a newer version has migrated', async () => {
  using directory = temporaryDirectory();
  using older = temporaryDirectory();
  const url = databaseUrl('newer');
  write(directory, '20260101000000_one', first);
  write(older, '20260101000000_one', first);
  write(directory, '20990101000000_future', 'SELECT 1;');
  await migrate(url, { log, directory: directory.path });
  await expect(migrate(url, { log, directory: older.path })).rejects.toThrow(/newer Pagehive \(20990101000000_future/);
});

test('rolls back a failed migration, and applies it once it is fixed', async () => {
  using directory = temporaryDirectory();
  const url = databaseUrl('failing');
  write(directory, '20260101000000_one', first);
  write(directory, '20260102000000_two', 'INSERT INTO a VALUES (2); SELECT * FROM missing;');
  const failing = migrate(url, { log, directory: directory.path });
  await expect(failing).rejects.toThrow(MigrationError);
  await expect(failing).rejects.toThrow(
    '20260102000000_two failed and was rolled back: relation "missing" does not exist',
  );
  expect(await query(url, 'SELECT id FROM a')).toEqual([{ id: 1 }]);
  write(directory, '20260102000000_two', 'INSERT INTO a VALUES (2);');
  expect(await migrate(url, { log, directory: directory.path })).toEqual(['20260102000000_two']);
});
