import type { Database } from '../../src/connections/database.ts';

interface Plan {
  'Node Type': string;
  'Relation Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  'Rows Removed by Index Recheck'?: number;
  Plans?: Plan[];
}

/** The rows that a plan reads from jobs and their names, and the tables that it scans sequentially. */
function readsOf(plan: Plan): { rows: number; whole: string[] } {
  const inner = (plan.Plans ?? []).map(readsOf);
  // There are so few pages that PostgreSQL prefers to scan them all.
  const isScan =
    plan['Relation Name'] !== 'pages' &&
    /^(Seq|Index|Index Only|Bitmap Heap|Bitmap Index) Scan$/.test(plan['Node Type']);
  const each =
    plan['Actual Rows'] + (plan['Rows Removed by Filter'] ?? 0) + (plan['Rows Removed by Index Recheck'] ?? 0);
  return {
    rows: (isScan ? each * plan['Actual Loops'] : 0) + inner.reduce((sum, { rows }) => sum + rows, 0),
    whole: [
      ...(isScan && plan['Node Type'] === 'Seq Scan' && plan['Actual Loops'] > 0 ? [plan['Relation Name'] ?? ''] : []),
      ...inner.flatMap(({ whole }) => whole),
    ],
  };
}

/** Explains every statement of a call and sums up what they read. */
export async function readsBy(database: Database, use: (recorded: Database) => Promise<unknown>) {
  const statements: Parameters<Database['query']>[] = [];
  const query: Database['query'] = (...call) => {
    statements.push(call);
    return database.query(...call);
  };
  await use({ ...database, query });
  let rows = 0;
  const whole: string[] = [];
  for (const [text, values] of statements.filter(([each]) => !each.includes('EXPLAIN'))) {
    const explain = `EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ${text}`;
    const [row] = await database.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(explain, values, { prepared: false });
    if (row === undefined) throw new Error('there is no plan');
    const reads = readsOf(row['QUERY PLAN'][0].Plan);
    rows += reads.rows;
    whole.push(...reads.whole);
  }
  return { rows, whole };
}
