import type { Config } from '../config.ts';
import { checkPostgres } from '../connections/given-servers.ts';
import { migrate } from '../connections/migrations.ts';
import { ConfigError } from '../environment.ts';

/** `pagehive migrate`: brings the database of DATABASE_URL up to date. */
export async function migrateDatabase(config: Config): Promise<void> {
  if (config.databaseUrl === null) {
    throw new ConfigError('DATABASE_URL must be set: the embedded database is migrated by `pagehive start` itself');
  }
  await checkPostgres(config.databaseUrl, null);
  const log = (line: string) => void process.stderr.write(`${line}\n`);
  const applied = await migrate(config.databaseUrl, { log });
  log(applied.length === 0 ? 'the database is up to date' : `applied ${applied.length} migrations and functions`);
}
