import pg from 'pg';
import type { Run } from './api-role-check.ts';
import { PostgresConnection } from './postgres/connection.ts';

/** The database cannot be brought up to date. The message says what to do. */
export class MigrationError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'MigrationError';
  }
}

/** The number that `prisma migrate` also locks, so that the two never run at once. */
const lockNumber = 72_707_369;

/**
 * Runs `work` in a transaction during which no other process migrates. The lock and the settings end with the
 * transaction, so this works behind a pooler that assigns a server only for a transaction.
 */
export async function locked<T>(connection: PostgresConnection, work: (run: Run) => Promise<T>): Promise<T> {
  const { begin } = await connection.openSession();
  await connection.query(begin);
  try {
    await connection.query(`SET LOCAL statement_timeout = 0; SET LOCAL client_min_messages = warning`);
    await connection.query('SELECT pg_advisory_xact_lock($1)', [lockNumber]);
    const result = await work(runOn(connection));
    await connection.query('COMMIT');
    return result;
  } catch (error) {
    await connection.query('ROLLBACK').catch(() => undefined);
    throw explain(error);
  }
}

/** Returns what runs a statement on a connection. */
export function runOn(connection: PostgresConnection): Run {
  return async <Row extends pg.QueryResultRow>(text: string, values: readonly (string | string[] | null)[]) =>
    (await connection.query<Row>(text, [...values])).rows;
}

/** Returns the error that prevents any migration, with the fix. */
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

/** Connects to a database, creating it if it does not exist. */
export async function connectOrCreate(databaseUrl: string, log: (line: string) => void): Promise<PostgresConnection> {
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
    // Two codes mean that another process was faster: the database exists, or is being created at this moment.
    if (!hasCode(error, '42P04') && !hasCode(error, '23505')) {
      throw new MigrationError(
        `database ${name} does not exist and could not be created (${messageOf(error)}): create it, or correct DATABASE_URL`,
        { cause: error },
      );
    }
  }
  return await connect(databaseUrl);
}

/** Opens a connection. */
export async function connect(connectionString: string): Promise<PostgresConnection> {
  const connection = new PostgresConnection({ connectionString, application_name: 'pagehive migrate' });
  await connection.connect();
  return connection;
}

/** Returns what an error says. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Whether an error has this code of PostgreSQL. */
export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
