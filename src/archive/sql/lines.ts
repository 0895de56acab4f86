import type { ArchivedTable } from '../file-format.ts';

/** A column that is stored, not generated. */
export interface StoredColumn {
  name: string;
  /** As SQL. */
  type: string;
}

/**
 * Lists the columns of a table that are stored, not generated.
 *
 * Parameters: $1 table.
 * Returns: one row for each column, in their order.
 * Locks: nothing.
 * Called by: `archiveJob`, `restoreJob`.
 */
export const listColumns = `
SELECT a.attname::text AS name, format_type(a.atttypid, a.atttypmod) AS type
  FROM pg_attribute a
 WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
 ORDER BY a.attnum`;

/** Maximum rows, and maximum bytes besides those of the first row, that a statement reads. */
const linesAtOnce = { rows: 100, bytes: 1024 * 1024 };

/** Text of type json would lose its form inside of JSON. */
const archived = ({ name, type }: StoredColumn) => (type === 'json' ? `t."${name}"::text` : `t."${name}"`);

const line = (table: ArchivedTable) => `format('{"table":"${table}","row":%s}', row_to_json(r))`;
const select = (columns: StoredColumn[]) =>
  columns.map((column) => `${archived(column)} AS "${column.name}"`).join(', ');

/**
 * Reads a final job as a line of its archive.
 *
 * Parameters: $1 job, $2 tenant; $3 the statuses that it may have and $4 the latest time of its end, null for any.
 * Returns: one row with the line and the version of the row, which each change of the row replaces; no row if there is
 * no such final job.
 * Locks: nothing; `moveToArchive` checks the version.
 * Called by: `archiveJob`.
 */
export const readJobLine = (columns: StoredColumn[]) => `
SELECT ${line('jobs')} AS line, v.xmin::text AS version
  FROM jobs v, LATERAL (SELECT ${select(columns)} FROM jobs t WHERE t.id = v.id) r
 WHERE v.id = $1 AND v.tenant_id = $2 AND v.status IN ('COMPLETED', 'FAILED', 'CANCELLED')
   AND ($3::text[] IS NULL OR v.status::text = ANY ($3)) AND ($4::timestamptz IS NULL OR v.finished_at <= $4)`;

/**
 * Reads all attempts of a job as lines of its archive.
 *
 * Parameters: $1 job. Returns: the lines, in the order of the attempts. Locks: nothing. Called by: `archiveJob`.
 */
export const readAttemptLines = (columns: StoredColumn[]) => `
SELECT ${line('job_attempts')} AS line
  FROM (SELECT ${select(columns)} FROM job_attempts t WHERE t.job_id = $1) r ORDER BY r.number`;

/**
 * Reads the next pages of a job as lines of its archive: at least one, and no more than fit in memory together.
 *
 * Parameters: $1 job, $2 the number of the last page read, or 0.
 * Returns: the lines with the numbers of their pages, in this order.
 * Locks: nothing.
 * Called by: `archiveJob`.
 */
export const readPageLines = (columns: StoredColumn[]) => `
WITH next AS MATERIALIZED (
    SELECT p.number, sum(octet_length(p.text) + octet_length(p.markdown) + coalesce(octet_length(p.searched), 0)
                         + octet_length(p.links::text) + octet_length(p.details::text)) OVER (ORDER BY p.number) AS bytes
      FROM pages p WHERE p.job_id = $1 AND p.number > $2::int ORDER BY p.number LIMIT ${linesAtOnce.rows}
)
SELECT ${line('pages')} AS line, r.number
  FROM (SELECT ${select(columns)} FROM pages t
         WHERE t.job_id = $1 AND t.number IN (SELECT n.number FROM next n
                                               WHERE n.bytes <= ${linesAtOnce.bytes} OR n.number = (SELECT min(m.number) FROM next m))) r
 ORDER BY r.number`;

/**
 * Inserts rows from lines of an archive.
 *
 * Parameters: $1 the lines, as one JSON array.
 * Returns: nothing.
 * Locks: the new rows, and FOR KEY SHARE those that they reference.
 * Called by: `restoreJob`, in the transaction of `lockArchived`.
 */
export function insertLines(table: ArchivedTable, columns: StoredColumn[]): string {
  const names = columns.map(({ name }) => `"${name}"`).join(', ');
  const types = columns.map(({ name, type }) => `"${name}" ${type === 'json' ? 'text' : type}`).join(', ');
  const values = columns.map(({ name, type }) => (type === 'json' ? `r."${name}"::json` : `r."${name}"`)).join(', ');
  return `
INSERT INTO ${table} (${names})
SELECT ${values} FROM json_array_elements($1::json) AS line, json_to_record(line -> 'row') AS r(${types})`;
}
