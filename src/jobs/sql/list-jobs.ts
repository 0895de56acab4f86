/**
 * Lists and counts jobs by a filter, newest first or oldest first.
 *
 * The filter decides which index gives the rows in their order, so that a list reads few rows more than it shows, whatever the
 * number of jobs. Statuses and failure codes are sets: the index is entered once for each member or pair, and the parts are merged.
 *
 * Parameters of all statements here and in list-by-name.ts: $1 tenant, $2 statuses, $3 failure codes, $4 batch; $5 and $6 time and id
 * that jobs come after, $7 and $8 those that they come before; $9 rows at most; $10 what the name contains, $11 how many matches among
 * the first rows suffice. What the filter does not use is null.
 * Called by: `listJobs` and `countJobs`. They lock nothing.
 */

/** What gives the rows: the index of all jobs of a tenant, by status, by failure and status, or the rows of one batch. */
export type Path = 'all' | 'status' | 'failure' | 'batch';
export type Order = 'DESC' | 'ASC';

/** Names the type of each parameter, as a statement that uses only some of them must. Never executed. */
export const given = `given AS (
    SELECT $1::uuid, $2::text[], $3::text[], $4::uuid, $5::timestamptz, $6::uuid, $7::timestamptz, $8::uuid, $9::int, $10::text, $11::int
)`;

export const within = `(j.created_at, j.id) > ($5::timestamptz, $6::uuid) AND (j.created_at, j.id) < ($7::timestamptz, $8::uuid)`;

/** What a job is checked for that was not found by an index of its columns. */
export const matches = (job: string) => `${job}.tenant_id = $1::uuid AND ($4::uuid IS NULL OR ${job}.batch_id = $4)
       AND ($2::text[] IS NULL OR ${job}.status::text = ANY ($2)) AND ($3::text[] IS NULL OR ${job}.failure_code = ANY ($3))`;

/** A batch is small: its names are read one by one. */
const isNamed = '($10::text IS NULL OR strpos(j.name_folded, pagehive_fold($10)) > 0)';

/** The members or pairs for which the index of a path is entered, and what a row of one of them is. */
export const parts: Record<'status' | 'failure', { from: string; count: string; condition: string }> = {
  status: {
    from: 'unnest($2::text[]) s(status)',
    count: 'cardinality($2::text[])',
    condition: 'j.tenant_id = $1::uuid AND j.status = s.status::"JobStatus"',
  },
  failure: {
    from: 'unnest($3::text[]) f(code) CROSS JOIN unnest($2::text[]) s(status)',
    count: 'cardinality($2::text[]) * cardinality($3::text[])',
    condition: 'j.tenant_id = $1::uuid AND j.failure_code = f.code AND j.status = s.status::"JobStatus"',
  },
};

export const inOrder = (order: Order) => `ORDER BY j.created_at ${order}, j.id ${order}`;

/**
 * The rows of a path. Those of each part are in order, so that the planner takes the index that has it; the parts are merged in that
 * order unless `merged` is false.
 */
export function rowsOf(
  path: Path,
  limit: string,
  order: Order,
  { columns = 'j.id, j.created_at', merged = true }: { columns?: string; merged?: boolean } = {},
): string {
  const end = `${inOrder(order)} LIMIT ${limit}`;
  const rows = (from: string, condition: string) =>
    `SELECT ${columns} FROM ${from} WHERE ${condition} AND ${within} ${end}`;
  if (path === 'all') return rows('jobs j', 'j.tenant_id = $1::uuid');
  // OFFSET 0 keeps the planner from indexes of the other columns.
  if (path === 'batch')
    return rows('(SELECT * FROM jobs WHERE batch_id = $4::uuid OFFSET 0) j', `${matches('j')} AND ${isNamed}`);
  const { from, condition } = parts[path];
  return `SELECT j.* FROM ${from} CROSS JOIN LATERAL (${rows('jobs j', condition)}) j ${merged ? end : `LIMIT ${limit}`}`;
}

/** The keys of the jobs of a path. */
export function listByPath(path: Path, order: Order): string {
  return `
WITH ${given}
SELECT j.id, j.created_at AS "createdAt" FROM (${rowsOf(path, '$9', order)}) j ${inOrder(order)}`;
}

/** How many jobs a path has, up to $9. */
export function countByPath(path: Path): string {
  return `
WITH ${given}
SELECT count(*)::int AS n FROM (${rowsOf(path, '$9', 'DESC', { merged: false })}) j`;
}

/**
 * What the planner expects of a filter: EXPLAIN reads statistics alone. The conditions are written so that it knows them.
 *
 * Parameters: $1 tenant, $2 and $3 the times between which jobs were accepted, then statuses and failure codes where they are used.
 * Returns: one row with the plan as JSON. Not to be prepared: the values decide.
 */
export function estimateRows({ byStatus, byFailure }: { byStatus: boolean; byFailure: boolean }): string {
  return `
EXPLAIN (FORMAT JSON)
SELECT FROM jobs j
 WHERE j.tenant_id = $1::uuid AND j.created_at >= $2::timestamptz AND j.created_at < $3::timestamptz
   ${byStatus ? `AND j.status = ANY ($4::"JobStatus"[])` : ''}
   ${byFailure ? `AND j.failure_code = ANY ($${byStatus ? 5 : 4}::text[])` : ''}`;
}
