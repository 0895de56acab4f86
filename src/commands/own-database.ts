import type { Config } from '../config/config.ts';
import { type Database, openDatabase } from '../connections/database.ts';
import { embeddedPostgresUrl } from '../connections/embedded-postgres.ts';
import { checkPostgres, UnreachableError } from '../connections/given-servers.ts';
import { createLogger } from '../ops/logger.ts';

/**
 * Opens the database of the configuration, or the one that `pagehive start` runs in `DATA_DIR`. Throws
 * `UnreachableError`, with what to do, if it does not respond or has no tables.
 */
export async function openOwnDatabase(config: Config, command: string): Promise<Database> {
  const { databaseUrl, dataDir } = config;
  const url = databaseUrl ?? embeddedPostgresUrl(dataDir);
  await checkPostgres(url, null).catch((error: unknown) => {
    throw databaseUrl === null ? notStarted(dataDir, error) : error;
  });
  const logger = createLogger({ logLevel: 'silent' }, command);
  const database = openDatabase({ url, size: 1, name: `pagehive ${command}`, logger });
  try {
    await checkTables(database);
    return database;
  } catch (error) {
    await database[Symbol.asyncDispose]();
    throw error;
  }
}

function notStarted(dataDir: string, cause: unknown): UnreachableError {
  const problem = `no database runs on ${dataDir}; start Pagehive with \`npm start\`, or set DATABASE_URL`;
  return new UnreachableError('DATA_DIR', problem, cause);
}

/** Throws `UnreachableError` if the database does not exist or was never migrated. */
async function checkTables(database: Database): Promise<void> {
  const isThere = database.query<{ found: boolean }>(`SELECT to_regclass('api_keys') IS NOT NULL AS found`, []);
  const [row] = await isThere.catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === '3D000') return [{ found: false }];
    throw error;
  });
  if (row?.found) return;
  const advice = 'check its name, or run `pagehive migrate` to create them';
  throw new UnreachableError('DATABASE_URL', `the database has no tables of Pagehive; ${advice}`);
}
