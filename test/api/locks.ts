import pg from 'pg';
import type { Service } from '../service.ts';

/** Locks tables of a service's database, and counts the statements that wait for them. */
export interface Locks extends AsyncDisposable {
  /** Locks a table until the returned function is called. */
  hold(table: string): Promise<() => Promise<unknown>>;
  /** Counts the statements that wait for a lock. */
  waiting(): Promise<number>;
}

export async function openLocks({ config }: Service): Promise<Locks> {
  const connectionString = config.databaseUrl ?? '';
  const holder = new pg.Client({ connectionString });
  // Within a transaction, pg_stat_activity does not change.
  const observer = new pg.Client({ connectionString });
  await Promise.all([holder.connect(), observer.connect()]);
  return {
    async hold(table) {
      await holder.query(`BEGIN; LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
      return () => holder.query('COMMIT');
    },
    async waiting() {
      const { rows } = await observer.query<{ n: number }>(
        `SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      return rows[0]?.n ?? 0;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([holder.end(), observer.end()]);
    },
  };
}
