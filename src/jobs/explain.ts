import type { Database } from '../connections/database.ts';

/** A plan of PostgreSQL, with the number of rows that it expects. */
export interface Plan {
  'Plan Rows': number;
}

/** Runs a statement that begins with `EXPLAIN (FORMAT JSON)`. The plan depends on the values, so it is not prepared. */
export async function explain(
  database: Database,
  statement: string,
  values: Parameters<Database['query']>[1],
): Promise<Plan> {
  const [row] = await database.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(statement, values, { prepared: false });
  if (row === undefined) throw new Error('EXPLAIN returned no plan');
  return row['QUERY PLAN'][0].Plan;
}
