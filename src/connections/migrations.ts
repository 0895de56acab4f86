import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';

/** The database cannot be brought up to date. The message says what to do. */
export class MigrationError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'MigrationError';
  }
}

export interface MigrateOptions {
  /** Told in one line what is being applied. */
  log(line: string): void;
  /** Holds one folder a migration, each with its `migration.sql`. */
  directory?: string;
}

interface Migration {
  name: string;
  sql: string;
  checksum: string;
}

/** The same place seen from `src/connections` and from `dist/connections`. */
const packaged = fileURLToPath(new URL('../../prisma/migrations', import.meta.url));

/** The number that `prisma migrate` locks too, so that the two never run at once. */
const lockNumber = 72_707_369;

const historyTable = `
  CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
    id                  VARCHAR(36) PRIMARY KEY NOT NULL,
    checksum            VARCHAR(64) NOT NULL,
    finished_at         TIMESTAMPTZ,
    migration_name      VARCHAR(255) NOT NULL,
    logs                TEXT,
    rolled_back_at      TIMESTAMPTZ,
    started_at          TIMESTAMPTZ NOT NULL DEFAULT now(),
    applied_steps_count INTEGER NOT NULL DEFAULT 0
  )`;

/**
 * Brings a database up to date, creating it if it does not exist. Each migration is one transaction, so that a failed one
 * leaves nothing behind; any number of processes may do this at once. The history is kept as `prisma migrate` keeps it.
 * Returns the names of what was applied.
 */
export async function migrate(databaseUrl: string, { log, directory = packaged }: MigrateOptions): Promise<string[]> {
  const migrations = readMigrations(directory);
  const client = await connectOrCreate(databaseUrl, log);
  try {
    // Held by the session: it is gone with it, however this process ends.
    await client.query('SELECT pg_advisory_lock($1)', [lockNumber]);
    await client.query('SET client_min_messages = warning');
    await client.query(historyTable);
    const pending = await findPending(client, migrations);
    for (const migration of pending) {
      log(`applying migration ${migration.name}`);
      await apply(client, migration);
    }
    return pending.map(({ name }) => name);
  } finally {
    await client.end();
  }
}

function readMigrations(directory: string): Migration[] {
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(directory, entry.name, 'migration.sql')))
    .map(({ name }) => {
      const bytes = readFileSync(join(directory, name, 'migration.sql'));
      return { name, sql: bytes.toString('utf8'), checksum: createHash('sha256').update(bytes).digest('hex') };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

interface HistoryRow {
  migration_name: string;
  checksum: string;
  finished_at: Date | null;
}

async function findPending(client: pg.Client, migrations: readonly Migration[]): Promise<Migration[]> {
  const { rows } = await client.query<HistoryRow>(
    'SELECT migration_name, checksum, finished_at FROM "_prisma_migrations" WHERE rolled_back_at IS NULL ORDER BY started_at',
  );
  const known = new Map(migrations.map((migration) => [migration.name, migration]));
  for (const row of rows) {
    const migration = known.get(row.migration_name);
    if (migration === undefined) {
      throw new MigrationError(
        `the database was migrated by a newer Pagehive (${row.migration_name} is not known here): update Pagehive, or use another database`,
      );
    }
    if (row.finished_at === null) {
      throw new MigrationError(
        `migration ${row.migration_name} failed half-way under another tool: mend the database, then run \`npx prisma migrate resolve\``,
      );
    }
    if (row.checksum !== migration.checksum) {
      throw new MigrationError(
        `migration ${row.migration_name} was edited after it was applied: restore its file, and put the change into a migration of its own`,
      );
    }
  }
  const applied = new Set(rows.map((row) => row.migration_name));
  return migrations.filter(({ name }) => !applied.has(name));
}

async function apply(client: pg.Client, { name, sql, checksum }: Migration): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query(
      `INSERT INTO "_prisma_migrations" (id, checksum, migration_name, started_at) VALUES ($1, $2, $3, clock_timestamp())`,
      [randomUUID(), checksum, name],
    );
    await client.query(sql);
    await client.query(
      `UPDATE "_prisma_migrations" SET finished_at = clock_timestamp(), applied_steps_count = 1 WHERE migration_name = $1 AND rolled_back_at IS NULL`,
      [name],
    );
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    const reason = error instanceof Error ? error.message : String(error);
    throw new MigrationError(`migration ${name} failed and was undone: ${reason}`, { cause: error });
  }
}

async function connectOrCreate(databaseUrl: string, log: (line: string) => void): Promise<pg.Client> {
  try {
    return await connect(databaseUrl);
  } catch (error) {
    if (!hasCode(error, '3D000')) throw error;
  }
  const url = new URL(databaseUrl);
  const name = decodeURIComponent(url.pathname.slice(1));
  log(`creating database ${name}`);
  url.pathname = '/postgres';
  try {
    const client = await connect(url.href);
    try {
      await client.query(`CREATE DATABASE ${pg.escapeIdentifier(name)}`);
    } finally {
      await client.end();
    }
  } catch (error) {
    // Two codes for being second: the database is there, or another process is making it at this very moment.
    if (!hasCode(error, '42P04') && !hasCode(error, '23505')) {
      throw new MigrationError(
        `database ${name} does not exist and could not be created (${error instanceof Error ? error.message : String(error)}): create it, or correct DATABASE_URL`,
        { cause: error },
      );
    }
  }
  return await connect(databaseUrl);
}

async function connect(connectionString: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString,
    application_name: 'pagehive migrate',
    connectionTimeoutMillis: 10_000,
  });
  // Whoever waits for a query learns of a lost connection from it; the event would end the process.
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
