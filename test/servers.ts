import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { embeddedApiUrl, startPostgres } from '../src/connections/embedded-postgres.ts';
import { startRedis } from '../src/connections/embedded-redis.ts';
import { migrate } from '../src/connections/migrations.ts';

declare module 'vitest' {
  interface ProvidedContext {
    postgresUrl: string;
    redisUrl: string;
  }
}

/** Migrated once; the database of each test file is a copy of it. */
export const templateDatabase = 'pagehive_template';

/** Starts a dedicated PostgreSQL and Redis for the test run, shared by its files. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = mkdtempSync(join(tmpdir(), 'pagehive-test-'));
  const log = () => undefined;
  const [postgres, redis] = await Promise.all([startPostgres({ dataDir, log }), startRedis({ dataDir, log })]);
  const template = new URL(postgres.url);
  template.pathname = `/${templateDatabase}`;
  const admin = new URL(postgres.url);
  admin.pathname = '/postgres';
  await withoutSync(admin.href);
  await migrate(template.href, { log, apiUrl: embeddedApiUrl(template.href) });
  project.provide('postgresUrl', admin.href);
  project.provide('redisUrl', redis.url);
  return async () => {
    const left = await leftDatabases(admin.href).finally(async () => {
      await Promise.all([postgres.stop(), redis.stop()]);
      rmSync(dataDir, { recursive: true, force: true });
    });
    if (left.length > 0) throw new Error(`tests left databases behind: ${left.join(', ')}`);
  };
}

/**
 * Lets a PostgreSQL of the tests leave writing to disk to the operating system: its data need not survive a crash of the
 * machine, only one of its processes.
 */
export async function withoutSync(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  for (const setting of ['fsync', 'full_page_writes']) await client.query(`ALTER SYSTEM SET ${setting} = off`);
  await client.query('SELECT pg_reload_conf()');
  await client.end();
}

async function leftDatabases(url: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ datname: string }>(
    `SELECT datname FROM pg_database WHERE datname LIKE 'test_%'`,
  );
  await client.end();
  return rows.map((row) => row.datname);
}
