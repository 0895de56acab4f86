/**
 * List and count jobs by a filter, newest or oldest first.
 *
 * The filter chooses an index that returns the rows in order, so a list reads few rows more than it returns. Statuses
 * and failure codes are sets: the statement scans the index once per member or pair and merges the results.
 *
 * Parameters of all statements here and in list-by-name.ts: $1 tenant, $2 statuses, $3 failure codes, $4 batch; $5 and
 * $6 lower bounds of time and id, $7 and $8 upper bounds, all exclusive; $9 maximum rows; $10 part of the name; in
 * list-by-name.ts also $11 groups of characters of the name. Unused conditions are null.
 * Called by: `listJobs` and `countJobs`. The statements lock nothing.
 */

/** The source of the rows: the index of all jobs of a tenant, by status, by failure and status, or of one batch. */
export type Path = 'all' | 'status' | 'failure' | 'batch';
export type Order = 'DESC' | 'ASC';

/** Declares the type of each parameter, because not every statement uses all of them. Never executed. */
export const given = `given AS (
    SELECT $1::uuid, $2::text[], $3::text[], $4::uuid, $5::timestamptz, $6::uuid, $7::timestamptz, $8::uuid, $9::int, $10::text
)`;

export const within = `(j.created_at, j.id) > ($5::timestamptz, $6::uuid) AND (j.created_at, j.id) < ($7::timestamptz, $8::uuid)`;

/** Conditions on a job that was found by another index. */
export const matches = (job: string) => `${job}.tenant_id = $1::uuid AND ($4::uuid IS NULL OR ${job}.batch_id = $4)
       AND ($2::text[] IS NULL OR ${job}.status::text = ANY ($2)) AND ($3::text[] IS NULL OR ${job}.failure_code = ANY ($3))`;

/** Condition on the name of a job of a batch. Batches are small enough to compare every name. */
const isNamed = '($10::text IS NULL OR strpos(j.name_folded, pagehive_fold($10)) > 0)';

/**
 * The statuses as the indexes hold them. OFFSET 0 keeps the function out of the scan: the planner uses an index only
 * through operators that leak nothing of the rows.
 */
const statusKeys = `SELECT pagehive_status_key(status::"JobStatus") AS status_key FROM unnest($2::text[]) status OFFSET 0`;

/** The members or pairs that select the scans of a path, and the condition of one scan. */
export const parts: Record<'status' | 'failure', { from: string; condition: string }> = {
  status: {
    from: `(${statusKeys}) s`,
    condition: 'j.tenant_id = $1::uuid AND j.status_key = s.status_key',
  },
  failure: {
    from: `(SELECT f.code, m.status_key FROM unnest($3::text[]) f(code) CROSS JOIN (${statusKeys}) m) s`,
    condition: 'j.tenant_id = $1::uuid AND j.failure_code = s.code AND j.status_key = s.status_key',
  },
};

export const inOrder = (order: Order) => `ORDER BY j.created_at ${order}, j.id ${order}`;

/**
 * Returns a query for the rows of a path. Each scan is ordered, so that the planner uses the index with that order. The
 * results are merged in the same order unless `merged` is false.
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
  // OFFSET 0 prevents the planner from using indexes of other columns.
  if (path === 'batch')
    return rows('(SELECT * FROM jobs WHERE batch_id = $4::uuid OFFSET 0) j', `${matches('j')} AND ${isNamed}`);
  const { from, condition } = parts[path];
  return `SELECT j.* FROM ${from} CROSS JOIN LATERAL (${rows('jobs j', condition)}) j ${merged ? end : `LIMIT ${limit}`}`;
}

/** Returns the keys of the jobs of a path. */
export function listByPath(path: Path, order: Order): string {
  return `
WITH ${given}
SELECT j.id, j.created_at AS "createdAt" FROM (${rowsOf(path, '$9', order)}) j ${inOrder(order)}`;
}

/** Counts the jobs of a path, up to $9. */
export function countByPath(path: Path): string {
  return `
WITH ${given}
SELECT count(*)::int AS n FROM (${rowsOf(path, '$9', 'DESC', { merged: false })}) j`;
}

/**
 * Returns the planner's estimate for a filter; EXPLAIN only reads statistics. The conditions have a form that the
 * planner can estimate.
 *
 * Parameters: $1 tenant, $2 and $3 bounds of the creation time; then failure codes if used; then each of the statuses.
 * Returns: one row with the plan as JSON. Do not prepare it: the estimate depends on the values.
 */
export function estimateRows({ statuses, byFailure }: { statuses: number; byFailure: boolean }): string {
  const first = byFailure ? 5 : 4;
  const keys = Array.from({ length: statuses }, (_, n) => `pagehive_status_key($${first + n}::text::"JobStatus")`);
  return `
EXPLAIN (FORMAT JSON)
SELECT FROM jobs j
 WHERE j.tenant_id = $1::uuid AND j.created_at >= $2::timestamptz AND j.created_at < $3::timestamptz
   ${byFailure ? 'AND j.failure_code = ANY ($4::text[])' : ''}
   ${statuses > 0 ? `AND j.status_key IN (${keys.join(', ')})` : ''}`;
}
