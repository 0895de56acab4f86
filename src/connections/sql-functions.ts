import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';

/** A file of `prisma/functions`: a SQL function and its triggers. Running it again replaces them. */
export interface SqlFunction {
  name: string;
  sql: string;
}

/** Runs a statement and returns its rows. */
type Run = <Row extends pg.QueryResultRow>(text: string, values: string[][]) => Promise<Row[]>;

/** The same folder seen from `src/connections` and from `dist/connections`. */
const packaged = fileURLToPath(new URL('../../prisma/functions', import.meta.url));

/**
 * Reads functions from PostgreSQL: the mark left by `applyFunctions`, and a hash of the definitions as printed.
 *
 * Parameters: $1 names.
 * Returns: a row for each function that exists.
 */
const definitions = `
SELECT p.proname AS name, obj_description(p.oid, 'pg_proc') AS mark,
       encode(sha256(convert_to(pg_get_functiondef(p.oid) || coalesce((
           SELECT string_agg(pg_get_triggerdef(t.oid) || t.tgenabled::text, E'\\n' ORDER BY t.tgname)
             FROM pg_trigger t WHERE t.tgfoid = p.oid AND NOT t.tgisinternal), ''), 'UTF8')), 'hex') AS hash
  FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND p.proname = ANY ($1::text[])`;

interface Definition extends pg.QueryResultRow {
  name: string;
  mark: string | null;
  hash: string;
}

export function readFunctions(directory: string = packaged): SqlFunction[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .filter((file) => file.endsWith('.sql'))
    .sort()
    .map((file) => ({ name: basename(file, '.sql'), sql: readFileSync(join(directory, file), 'utf8') }));
}

/** Returns the mark of a function: hashes of its file and of PostgreSQL's definition, to detect later changes. */
function markOf({ sql }: SqlFunction, hash: string): string {
  return `pagehive ${createHash('sha256').update(sql).digest('hex')} ${hash}`;
}

/** Returns functions that are missing, belong to another version, were changed by hand, or have a disabled trigger. */
export async function findChangedFunctions(
  run: Run,
  functions: readonly SqlFunction[] = readFunctions(),
): Promise<SqlFunction[]> {
  const rows = await run<Definition>(definitions, [functions.map(({ name }) => name)]);
  const found = new Map(rows.map((row) => [row.name, row]));
  return functions.filter((each) => {
    const row = found.get(each.name);
    return row === undefined || row.mark !== markOf(each, row.hash);
  });
}

/** Replaces functions and their triggers. Call it in a transaction that holds the lock of migrations. */
export async function applyFunctions(run: Run, functions: readonly SqlFunction[]): Promise<void> {
  for (const each of functions) {
    await run(each.sql, []);
    const rows = await run<Definition>(definitions, [[each.name]]);
    for (const { hash } of rows) {
      const name = pg.escapeIdentifier(each.name);
      await run(`COMMENT ON FUNCTION ${name} IS ${pg.escapeLiteral(markOf(each, hash))}`, []);
    }
  }
}
