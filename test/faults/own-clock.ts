import type { Database } from '../../src/connections/database.ts';
import type { Service } from '../service.ts';

/** A database whose clock tests control: its statements call a replacement of PostgreSQL's `now`. */
export interface OwnClock extends AsyncDisposable {
  readonly database: Database;
  /** Moves the clock forward by this interval. */
  forward(by: string): Promise<void>;
}

export async function startOwnClock({ platform }: Service): Promise<OwnClock> {
  const { database } = platform;
  const run = (statement: string) => database.query(statement, []);
  await run('CREATE SCHEMA own_clock');
  await run('CREATE TABLE own_clock.ahead (by interval)');
  await run(`INSERT INTO own_clock.ahead VALUES ('0')`);
  await run(`CREATE FUNCTION own_clock.now() RETURNS timestamptz STABLE
             RETURN pg_catalog.now() + (SELECT by FROM own_clock.ahead)`);
  return {
    database: {
      ...database,
      query: (text, values, options) => database.query(text.replaceAll('now()', 'own_clock.now()'), values, options),
    },
    async forward(by) {
      await database.query('UPDATE own_clock.ahead SET by = by + $1::interval', [by]);
    },
    async [Symbol.asyncDispose]() {
      await run('DROP SCHEMA own_clock CASCADE');
    },
  };
}
