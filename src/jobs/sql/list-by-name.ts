import { given, inOrder, matches, type Order, type Path, parts, within } from './list-jobs.ts';

/** Condition: the name of a row contains $10. */
const hit = 'strpos(j.name_folded, (SELECT folded FROM pattern)) > 0';

const pattern = `pattern AS MATERIALIZED (SELECT pagehive_fold($10) AS folded)`;

/**
 * Returns the scans of a path that have rows, as `scan s`, and the condition of one scan. The planner would answer an
 * EXISTS by reading the table.
 */
function scansOf(path: Exclude<Path, 'batch'>): { scans: string; condition: string } {
  const { from, condition } =
    path === 'all' ? { from: '(SELECT) s', condition: 'j.tenant_id = $1::uuid' } : parts[path];
  const scans = `scan AS MATERIALIZED (
    SELECT s.* FROM ${from} WHERE (SELECT true FROM jobs j WHERE ${condition} AND ${within} ${inOrder('DESC')} LIMIT 1)
)`;
  return { scans, condition };
}

/** Whether a statement returns the keys of the first $9 matches, or only counts. */
export type Wanted = 'keys' | 'count';

/** Returns the keys of the first $9 rows of a table as two arrays. */
const keysOf = (table: string, order: Order, wanted: Wanted) =>
  wanted === 'count'
    ? 'SELECT NULL::uuid[] AS ids, NULL::timestamptz[] AS times'
    : `SELECT array_agg(j.id ${inOrder(order)}) AS ids, array_agg(j.created_at ${inOrder(order)}) AS times
         FROM (SELECT j.id, j.created_at FROM ${table} j ${inOrder(order)} LIMIT $9) j`;

/** Summarizes the rows in `read`. */
const summary = (order: Order, wanted: Wanted, whole: string) => `
SELECT n.*, ${whole} AS whole, k.*, (SELECT folded FROM pattern) AS folded
  FROM (SELECT count(*)::int AS rows, count(*) FILTER (WHERE hit)::int AS hits FROM read) n,
       (${keysOf('(SELECT * FROM read WHERE hit)', order, wanted)}) k`;

/**
 * Compares the names of the first rows of a list, about `most` of them.
 *
 * Each scan that has rows reads its share of `most`. The merged rows are in order up to the last row of the first scan
 * that used up its share; later rows are left out, because rows of that scan are missing among them.
 *
 * Returns: one row with the number of rows and matches, whether these are all rows of the list, the keys of the first
 * $9 matches, and the folded name. Parameters: see list-jobs.ts. Called by: `listJobs` and `countJobs`.
 */
export function scanFirst(path: Exclude<Path, 'batch'>, order: Order, wanted: Wanted, most: number): string {
  const { scans, condition } = scansOf(path);
  const share = `greatest(20, ${most} / (SELECT greatest(1, count(*)) FROM scan))`;
  return `
WITH ${given}, ${pattern}, ${scans}, merged AS MATERIALIZED (
    SELECT j.* FROM scan s
     CROSS JOIN LATERAL (
        SELECT j.id, j.created_at, ${hit} AS hit, row_number() OVER () = ${share} AS is_last
          FROM (SELECT j.id, j.created_at, j.name_folded FROM jobs j WHERE ${condition} AND ${within} ${inOrder(order)} LIMIT ${share}) j) j
), cut AS MATERIALIZED (
    SELECT j.id, j.created_at FROM merged j WHERE j.is_last ${inOrder(order)} LIMIT 1
), read AS MATERIALIZED (
    SELECT j.id, j.created_at, j.hit FROM merged j
     WHERE NOT EXISTS (SELECT FROM cut) OR (j.created_at, j.id) ${order === 'DESC' ? '>=' : '<='} (SELECT created_at, id FROM cut)
)
${summary(order, wanted, 'NOT EXISTS (SELECT FROM cut)')}`;
}

/**
 * Compares the names of the rows of each scan of a list, in order, until the scan has $9 matches or ends. Index-only
 * scans, so a list of all jobs should have scans by status.
 *
 * Returns: as `scanFirst`; `rows` is the number of matches found. Called by: `listJobs`.
 */
export function scanUntilFound(path: 'status' | 'failure', order: Order): string {
  const { scans, condition } = scansOf(path);
  return `
WITH ${given}, ${pattern}, ${scans}, read AS MATERIALIZED (
    SELECT j.id, j.created_at, true AS hit
      FROM scan s
     CROSS JOIN LATERAL (
        SELECT j.id, j.created_at FROM jobs j WHERE ${condition} AND ${within} AND ${hit} ${inOrder(order)} LIMIT $9) j
)
${summary(order, 'keys', 'n.rows < $9')}`;
}

/**
 * Compares the names of all rows of a list, in no order, up to `most` rows. An index-only scan, except for the list of
 * all jobs.
 *
 * Returns: as `scanFirst`. Called by: `listJobs` and `countJobs`.
 */
export function scanAll(path: Exclude<Path, 'batch'>, order: Order, wanted: Wanted, most: number): string {
  const { scans, condition } = scansOf(path);
  return `
WITH ${given}, ${pattern}, ${scans}, read AS MATERIALIZED (
    SELECT j.id, j.created_at, ${hit} AS hit
      FROM scan s
     CROSS JOIN LATERAL (SELECT j.id, j.created_at, j.name_folded FROM jobs j WHERE ${condition} AND ${within} LIMIT ${most}) j
     LIMIT ${most}
)
${summary(order, wanted, `n.rows < ${most}`)}`;
}

/**
 * Searches the index of names, which is unordered, for the groups of characters in $11, reads up to `most` of the names
 * that it finds, and compares these as a whole. Checks the other conditions of the first matching names until $9 jobs
 * are found.
 *
 * Returns: as `scanFirst`; `rows` is the number of names read. Called by: `listJobs` and `countJobs`.
 */
export function scanNames(path: Exclude<Path, 'batch'>, order: Order, wanted: Wanted, most: number): string {
  const checked =
    path === 'all' ? '' : `CROSS JOIN LATERAL (SELECT FROM jobs f WHERE f.id = j.id AND ${matches('f')} OFFSET 0) f`;
  // For a count, reading only a part of the names is useless.
  const isUseful = wanted === 'keys' ? 'true' : `(SELECT count(*) FROM named) < ${most}`;
  return `
WITH ${given}, ${pattern}, named AS MATERIALIZED (
    SELECT n.* FROM names_with_grams($1::uuid, $11::tsquery, ${most}) n
), found AS MATERIALIZED (
    SELECT j.id, j.created_at FROM (SELECT * FROM named j WHERE ${isUseful} AND ${hit} AND ${within} ${inOrder(order)}) j ${checked} ${wanted === 'keys' ? `${inOrder(order)} LIMIT $9` : ''}
)
SELECT n.*, n.rows < ${most} AS whole, k.*, (SELECT folded FROM pattern) AS folded
  FROM (SELECT (SELECT count(*)::int FROM named) AS rows, (SELECT count(*)::int FROM found) AS hits) n, (${keysOf('found', order, wanted)}) k`;
}

/**
 * Returns the planner's estimates of the names that contain each group of characters.
 *
 * Parameters: $1 the groups, each a query. Called by: `listJobs` and `countJobs`.
 */
export const estimateGroups = 'SELECT estimate_names($1::text[]::tsquery[]) AS estimates';
