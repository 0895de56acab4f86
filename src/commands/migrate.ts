import type { Config } from '../config/config.ts';
import { ConfigError } from '../config/environment.ts';
import { createRole, grantStatements, loginOf } from '../connections/api-role.ts';
import { checkPostgres } from '../connections/given-servers.ts';
import { migrate } from '../connections/migrations.ts';
import { recordChange } from './record-command.ts';

/** `pagehive migrate`: brings the database of DATABASE_URL up to date, and the role of DATABASE_API_URL. */
export async function migrateDatabase(config: Config): Promise<void> {
  if (config.databaseUrl === null) {
    throw new ConfigError('DATABASE_URL must be set: `pagehive start` migrates the embedded database automatically');
  }
  await checkPostgres(config.databaseUrl, null);
  const log = (line: string) => void process.stderr.write(`${line}\n`);
  const applied = await migrate(config.databaseUrl, { log, apiUrl: config.databaseApiUrl, record: recordChange });
  log(applied.length === 0 ? 'the database is up to date' : `applied ${applied.length} migrations and functions`);
}

/**
 * `pagehive migrate --print-roles`: prints the statements that create the role of DATABASE_API_URL, for an
 * administrator.
 */
export function printRoles({ databaseApiUrl }: Config): void {
  if (databaseApiUrl === null) throw new ConfigError('DATABASE_API_URL must be set: it names the role');
  const login = loginOf(databaseApiUrl);
  const statements = [createRole(login), ...grantStatements(login)];
  process.stdout.write(`${statements.map((each) => `${each};`).join('\n')}\n`);
}
