import { open, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { z } from 'zod';

/** What a statement read. */
export interface Reading {
  statement: string;
  /** The rows that its scans examined. */
  rows: number;
}

interface Node {
  'Node Type': string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number | undefined;
  'Rows Removed by Index Recheck'?: number | undefined;
  Plans?: Node[] | undefined;
}

const node: z.ZodType<Node> = z.object({
  'Node Type': z.string(),
  // Missing for a statement that was only explained.
  'Actual Rows': z.number().default(0),
  'Actual Loops': z.number().default(0),
  'Rows Removed by Filter': z.number().optional(),
  'Rows Removed by Index Recheck': z.number().optional(),
  Plans: z.lazy(() => z.array(node)).optional(),
});
const logged = z.object({ 'Query Text': z.string(), Plan: node });

/**
 * Makes PostgreSQL log the plan of every statement in a database, also those in functions. Ends all connections, because
 * only new ones log.
 */
export async function logPlans(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const name = new URL(databaseUrl).pathname.slice(1);
  const settings = {
    session_preload_libraries: 'auto_explain',
    'auto_explain.log_min_duration': '0',
    'auto_explain.log_analyze': 'on',
    'auto_explain.log_timing': 'off',
    'auto_explain.log_nested_statements': 'on',
    'auto_explain.log_format': 'json',
    'auto_explain.log_parameter_max_length': '0',
  };
  for (const [setting, value] of Object.entries(settings))
    await client.query(`ALTER DATABASE ${name} SET ${setting} = '${value}'`);
  await client.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()`,
    [name],
  );
  await client.end();
}

/** Returns a function that reads the plans that were logged since its last call. */
export async function openPlanLog(databaseUrl: string): Promise<() => Promise<Reading[]>> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const { rows } = await client.query<{ data_directory: string }>('SHOW data_directory');
  await client.end();
  const file = join(dirname(rows[0]?.data_directory ?? ''), 'logs', 'postgres.log');
  let { size: read } = await stat(file);
  return async () => {
    const handle = await open(file);
    try {
      const { size } = await handle.stat();
      const { buffer } = await handle.read(Buffer.alloc(size - read), 0, size - read, read);
      read = size;
      return plansIn(buffer.toString());
    } finally {
      await handle.close();
    }
  };
}

/** A message goes on in the lines that begin with a tab. */
function plansIn(log: string): Reading[] {
  const messages = log.matchAll(/ plan:\n((?:\t.*\n)+)/g);
  return [...messages].map(([, text = '']) => {
    const { Plan, ...rest } = logged.parse(JSON.parse(text));
    return { statement: rest['Query Text'], rows: rowsOf(Plan) };
  });
}

function rowsOf(plan: Node): number {
  const inner = (plan.Plans ?? []).reduce((sum, each) => sum + rowsOf(each), 0);
  if (!/^(Seq|Index|Index Only|Bitmap Heap|Bitmap Index|CTE|Function) Scan$/.test(plan['Node Type'])) return inner;
  const removed = (plan['Rows Removed by Filter'] ?? 0) + (plan['Rows Removed by Index Recheck'] ?? 0);
  return inner + (plan['Actual Rows'] + removed) * plan['Actual Loops'];
}
