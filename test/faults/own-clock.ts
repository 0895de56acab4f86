import { type Database, openDatabase } from '../../src/connections/database.ts';
import type { Service } from '../service.ts';

/** Connections for which the database's clock shows what a test wants: they find a `now` before PostgreSQL's own. */
export interface OwnClock extends AsyncDisposable {
  readonly database: Database;
  /** Sets it forward by so much. */
  forward(by: string): Promise<void>;
}

export async function startOwnClock({ config, platform }: Service): Promise<OwnClock> {
  const run = (statement: string) => platform.database.query(statement, []);
  await run('CREATE SCHEMA own_clock');
  await run('CREATE TABLE own_clock.ahead (by interval)');
  await run(`INSERT INTO own_clock.ahead VALUES ('0')`);
  await run(`CREATE FUNCTION own_clock.now() RETURNS timestamptz STABLE
             RETURN pg_catalog.now() + (SELECT by FROM own_clock.ahead)`);
  const url = new URL(config.databaseUrl ?? '');
  url.searchParams.set('options', '-c search_path=own_clock,public,pg_catalog');
  const database = openDatabase({ url: url.href, name: 'test', logger: platform.logger });
  return {
    database,
    async forward(by) {
      await platform.database.query('UPDATE own_clock.ahead SET by = by + $1::interval', [by]);
    },
    async [Symbol.asyncDispose]() {
      await database[Symbol.asyncDispose]();
      await run('DROP SCHEMA own_clock CASCADE');
    },
  };
}
