import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { apiFunctions } from './api-grants.ts';
import type { Run } from './api-role-check.ts';
import { connectOrCreate, locked, MigrationError, messageOf } from './migration-connection.ts';
import type { PostgresConnection } from './postgres/connection.ts';
import { prepareApiRole } from './prepare-api-role.ts';
import { applyFunctions, findChangedFunctions, readFunctions, type SqlFunction } from './sql-functions.ts';

export interface MigrateOptions {
  /** Called with one line about each migration or function that is applied. */
  log(line: string): void;
  /** Names the API's role, which is created or corrected; null if the API has no role. */
  apiUrl?: string | null;
  /** Records a change of the database or its roles, in the transaction that makes it. */
  record?(run: Run, change: MigrationChange): Promise<void>;
  /** Contains `migrations/`, with a folder and its `migration.sql` for each, and `functions/`. */
  directory?: string;
}

export interface MigrationChange {
  /** `migrate` for migrations and functions, `migrate role` for the API's role. */
  action: string;
  /** The last migration, else the functions; or the role. */
  target: string;
}

interface Migration {
  name: string;
  sql: string;
  checksum: string;
}

/** The same folder seen from `src/connections` and from `dist/connections`. */
const packaged = fileURLToPath(new URL('../../prisma', import.meta.url));

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
 * Brings a database up to date, creating it if it does not exist: first the migrations, then the functions that
 * changed, then the API's role. Each migration is one transaction, so that a failed one leaves nothing behind; any
 * number of processes may do this at once. The history has the format of `prisma migrate`. Returns the names of the
 * applied migrations and functions.
 */
export async function migrate(
  databaseUrl: string,
  { log, apiUrl = null, directory = packaged, record = async () => undefined }: MigrateOptions,
): Promise<string[]> {
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
    const replaced = await locked(connection, async (run) => {
      const names = await replaceFunctions(run, functions, log);
      await revokeFromPublic(run);
      const target = applied.at(-1) ?? names.join(', ');
      // Here, because the table of the log may be part of the migrations.
      if (target !== '') await record(run, { action: 'migrate', target });
      return names;
    });
    applied.push(...replaced);
    if (apiUrl !== null) {
      const recordRole = (run: Run, target: string) => record(run, { action: 'migrate role', target });
      await prepareApiRole(connection, apiUrl, { log, record: recordRole });
    }
    return applied;
  } finally {
    await connection.end();
  }
}

/**
 * Returns the names of this version's migrations and functions that a database lacks. Those of a newer version do not
 * matter: it replaces functions only by ones that this version can use.
 */
export async function findMissing(run: Run, directory = packaged): Promise<string[]> {
  const own = readMigrations(join(directory, 'migrations')).map(({ name }) => name);
  const applied = await readApplied(run);
  const missing = own.filter((name) => !applied.has(name));
  if (missing.length > 0 || applied.size > own.length) return missing;
  const changed = await findChangedFunctions(run, readFunctions(join(directory, 'functions')));
  return changed.map(({ name }) => `the function ${name}`);
}

/** Returns the names of the migrations that were applied to a database. */
async function readApplied(run: Run): Promise<Set<string>> {
  const [history] = await run<{ exists: boolean }>(
    `SELECT to_regclass('"_prisma_migrations"') IS NOT NULL AS exists`,
    [],
  );
  const applied = history?.exists
    ? await run<{ name: string }>(
        'SELECT migration_name AS name FROM "_prisma_migrations" WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL',
        [],
      )
    : [];
  return new Set(applied.map(({ name }) => name));
}

/** Applies the first pending migration and returns its name; null if all are applied. */
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

/** Replaces the functions that differ from their files, and returns their names. */
async function replaceFunctions(
  run: Run,
  functions: readonly SqlFunction[],
  log: (line: string) => void,
): Promise<string[]> {
  const changed = await findChangedFunctions(run, functions);
  const names = changed.map(({ name }) => name);
  if (names.length > 0) log(`replacing functions ${names.join(', ')}`);
  await applyFunctions(run, changed);
  return names;
}

/**
 * Lets only the API's role call the functions that run as the owner. Their files do the same, but a restore from a backup
 * brings the functions back without their privileges.
 */
async function revokeFromPublic(run: Run): Promise<void> {
  for (const signature of apiFunctions) {
    const [found] = await run<{ isPublic: boolean | null }>(
      `SELECT has_function_privilege('public', to_regprocedure($1), 'EXECUTE') AS "isPublic"`,
      [`public.${signature}`],
    );
    if (found?.isPublic) await run(`REVOKE EXECUTE ON FUNCTION public.${signature} FROM PUBLIC`, []);
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
        `migration ${row.migration_name} failed half-way under another tool: fix the database, then run \`npx prisma migrate resolve\``,
      );
    }
    if (row.checksum !== migration.checksum) {
      throw new MigrationError(
        `migration ${row.migration_name} was edited after it was applied: restore its file, and put the change into a new migration`,
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
    throw new MigrationError(`migration ${name} failed and was rolled back: ${messageOf(error)}`, { cause: error });
  }
}
