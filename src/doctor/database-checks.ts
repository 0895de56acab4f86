import type { Config } from '../config/config.ts';
import { findRoleProblem } from '../connections/api-role-check.ts';
import type { Database } from '../connections/database.ts';
import { openDatabase } from '../connections/database.ts';
import { checkPostgres } from '../connections/given-servers.ts';
import { checkSecret } from '../connections/installation-secret.ts';
import { findMissing } from '../connections/migrations.ts';
import { asTenant } from '../connections/postgres/tenant.ts';
import { anotherDatabase, isSameDatabase } from '../connections/same-database.ts';
import { nilUuid } from '../ids.ts';
import { createLogger } from '../ops/logger.ts';
import { skewOf } from './clock.ts';
import type { Check, Finding } from './diagnosis.ts';

/** Older versions may work, but no test runs on them. */
const oldestPostgres = 15;
/** `serve`, `work` and `maintain`, one of each. */
const processes = 3;

/** Checks of PostgreSQL and of what Pagehive keeps in it. `url` is that of `database`. */
export function databaseChecks(config: Config, url: string, database: Database): Check[] {
  return [
    { name: 'database', run: () => checkServer(config, url, database) },
    { name: 'migrations', needs: 'database', run: () => checkMigrations(database) },
    { name: 'api role', needs: 'migrations', run: () => checkApiRole(config, database) },
    { name: 'secret key', needs: 'migrations', run: () => checkKey(config, database) },
    { name: 'database clock', needs: 'database', run: () => checkClock(database) },
  ];
}

async function checkServer(config: Config, url: string, database: Database): Promise<Finding> {
  await checkPostgres(url, { processes, connections: config.databaseConnections });
  const [server] = await database.query<{ version: string; number: number; used: number; most: number }>(
    `SELECT current_setting('server_version') AS version, current_setting('server_version_num')::int AS number,
            (SELECT count(*)::int FROM pg_stat_activity WHERE backend_type = 'client backend') AS used,
            current_setting('max_connections')::int AS most`,
    [],
  );
  if (server === undefined) throw new Error('a statement that must return one row returned none');
  const { host, pathname } = new URL(url);
  const detail = `PostgreSQL ${server.version} at ${host}${pathname}, ${server.used} of ${server.most} connections used`;
  if (server.number >= oldestPostgres * 10_000) return { detail };
  return {
    detail,
    isWarning: true,
    advice: `Use PostgreSQL ${oldestPostgres} or newer: older versions are not tested.`,
  };
}

async function checkMigrations({ query }: Database): Promise<Finding> {
  const lacks = await findMissing(query);
  if (lacks.length === 0) return { detail: 'all migrations of this version are applied' };
  return { detail: `the database lacks ${lacks.join(', ')}`, advice: 'Run `pagehive migrate`.' };
}

async function checkApiRole({ databaseUrl, databaseApiUrl }: Config, database: Database): Promise<Finding> {
  if (databaseUrl === null) return { detail: 'the embedded PostgreSQL has its own role for the API' };
  if (databaseApiUrl === null) {
    return {
      detail: 'DATABASE_API_URL is not set: the filters of the code are the only wall between tenants',
      advice: 'Set it, and run `pagehive migrate`; see docs/databases.md.',
      isWarning: true,
    };
  }
  const logger = createLogger({ logLevel: 'silent' }, 'doctor');
  const pool = { url: databaseApiUrl, size: 1, byTenant: true, name: 'pagehive doctor', logger };
  await using api = openDatabase(pool);
  const isSame = await database.transaction((query) =>
    isSameDatabase(query, (text, values) => asTenant(nilUuid, () => api.query(text, values))),
  );
  if (!isSame) throw new Error(`DATABASE_API_URL: ${anotherDatabase}`);
  const problem = await asTenant(nilUuid, () => findRoleProblem(api.query));
  if (problem !== null) throw new Error(`DATABASE_API_URL: ${problem}`);
  return { detail: 'the API has its own role, limited to the rows of one tenant' };
}

async function checkKey(config: Config, database: Database): Promise<Finding> {
  await checkSecret(database, config);
  return { detail: config.secretKey === null ? 'the key in DATA_DIR opens the secret' : 'SECRET_KEY opens the secret' };
}

async function checkClock({ query }: Database): Promise<Finding> {
  return await skewOf('PostgreSQL', async () => {
    const [clock] = await query<{ ms: number }>(
      'SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS ms',
      [],
    );
    if (clock === undefined) throw new Error('a statement that must return one row returned none');
    return clock.ms;
  });
}
