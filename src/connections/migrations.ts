import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { PostgresConnection } from './postgres/connection.ts';
import { applyFunctions, findChangedFunctions, readFunctions, type SqlFunction } from './sql-functions.ts';

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
  /** Contains `migrations/`, with a folder and its `migration.sql` for each, and `functions/`. */
  directory?: string;
}

interface Migration {
  name: string;
  sql: string;
  checksum: string;
}

/** The same folder seen from `src/connections` and from `dist/connections`. */
const packaged = fileURLToPath(new URL('../../prisma', import.meta.url));

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
 * Brings a database up to date, creating it if it does not exist: first the migrations, then the functions that changed. Each migration
 * is one transaction, so that a failed one leaves nothing behind; any number of processes may do this at once. The history is kept as
 * `prisma migrate` keeps it. Returns the names of the applied migrations and functions.
 */
export async function migrate(databaseUrl: string, { log, directory = packaged }: MigrateOptions): Promise<string[]> {
  const migrations = readMigrations(join(directory, 'migrations'));
  const functions = readFunctions(join(directory, 'functions'));
  const connection = await connectOrCreate(databaseUrl, log);
  const applied: string[] = [];
  try {
    for (;;) {
      const name = await locked(connection, () => applyNext(connection, migrations, log));
      if (name === null) break;
      applied.push(name);
    }
    return [...applied, ...(await locked(connection, () => replaceFunctions(connection, functions, log)))];
  } finally {
    await connection.end();
  }
}

/**
 * Runs `work` in a transaction that no other process migrates in. The lock and the settings end with the transaction, so this works
 * behind a pooler that lends the server for a transaction only.
 */
async function locked<T>(connection: PostgresConnection, work: () => Promise<T>): Promise<T> {
  const { begin } = await connection.openSession();
  await connection.query(begin);
  try {
    await connection.query(`SET LOCAL statement_timeout = 0; SET LOCAL client_min_messages = warning`);
    await connection.query('SELECT pg_advisory_xact_lock($1)', [lockNumber]);
    const result = await work();
    await connection.query('COMMIT');
    return result;
  } catch (error) {
    await connection.query('ROLLBACK').catch(() => undefined);
    throw explain(error);
  }
}

/** Applies the first pending migration and returns its name; null if none is pending. */
async function applyNext(
  connection: PostgresConnection,
  migrations: readonly Migration[],
  log: (line: string) => void,
): Promise<string | null> {
  await connection.query(historyTable);
  const [next] = await findPending(connection, migrations);
  if (next === undefined) return null;
  log(`applying migration ${next.name}`);
  await apply(connection, next);
  return next.name;
}

/** Replaces the functions that are not as their files say, and returns their names. */
async function replaceFunctions(
  connection: PostgresConnection,
  functions: readonly SqlFunction[],
  log: (line: string) => void,
): Promise<string[]> {
  const run = async <Row extends pg.QueryResultRow>(text: string, values: string[][]) =>
    (await connection.query<Row>(text, values)).rows;
  const changed = await findChangedFunctions(run, functions);
  const names = changed.map(({ name }) => name);
  if (names.length > 0) log(`replacing functions ${names.join(', ')}`);
  await applyFunctions(run, changed);
  return names;
}

/** What keeps any migration from being applied, with the fix. */
function explain(error: unknown): unknown {
  if (error instanceof MigrationError) return error;
  if (hasCode(error, '42501')) {
    const fix = 'run GRANT USAGE, CREATE ON SCHEMA public TO the role of DATABASE_URL';
    return new MigrationError(`the database cannot be migrated (${messageOf(error)}): ${fix}`, { cause: error });
  }
  if (hasCode(error, '3F000')) {
    return new MigrationError('the database has no schema public: run CREATE SCHEMA public', { cause: error });
  }
  return error;
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

async function findPending(connection: PostgresConnection, migrations: readonly Migration[]): Promise<Migration[]> {
  const { rows } = await connection.query<HistoryRow>(
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

async function apply(connection: PostgresConnection, { name, sql, checksum }: Migration): Promise<void> {
  try {
    await connection.query(
      `INSERT INTO "_prisma_migrations" (id, checksum, migration_name, started_at) VALUES ($1, $2, $3, clock_timestamp())`,
      [randomUUID(), checksum, name],
    );
    await connection.query(sql);
    await connection.query(
      `UPDATE "_prisma_migrations" SET finished_at = clock_timestamp(), applied_steps_count = 1 WHERE migration_name = $1 AND rolled_back_at IS NULL`,
      [name],
    );
  } catch (error) {
    throw new MigrationError(`migration ${name} failed and was undone: ${messageOf(error)}`, { cause: error });
  }
}

async function connectOrCreate(databaseUrl: string, log: (line: string) => void): Promise<PostgresConnection> {
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
    const connection = await connect(url.href);
    try {
      await connection.query(`CREATE DATABASE ${pg.escapeIdentifier(name)} ENCODING 'UTF8' TEMPLATE template0`);
    } finally {
      await connection.end();
    }
  } catch (error) {
    // Two codes for being second: the database is there, or another process is making it at this very moment.
    if (!hasCode(error, '42P04') && !hasCode(error, '23505')) {
      throw new MigrationError(
        `database ${name} does not exist and could not be created (${messageOf(error)}): create it, or correct DATABASE_URL`,
        { cause: error },
      );
    }
  }
  return await connect(databaseUrl);
}

async function connect(connectionString: string): Promise<PostgresConnection> {
  const connection = new PostgresConnection({ connectionString, application_name: 'pagehive migrate' });
  await connection.connect();
  return connection;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
