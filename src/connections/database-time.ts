import type { Database } from './database.ts';

/**
 * The time by the database's clock, or `laterMs` after it. Times that PostgreSQL compares with `now()` must come from
 * here: the clocks of other machines may differ.
 */
export async function databaseTime(database: Pick<Database, 'query'>, laterMs = 0): Promise<Date> {
  const [row] = await database.query<{ at: Date }>(`SELECT now() + $1::float8 * interval '1 millisecond' AS at`, [
    laterMs,
  ]);
  if (row === undefined) throw new Error('a statement that must return one row returned none');
  return row.at;
}
