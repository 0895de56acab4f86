/** Maximum pages of a part. */
const partPages = 50;
/** Maximum bytes of a part, unless its only page is larger. */
const partBytes = 64 * 1024;

/**
 * Reads the next part of a job's pages. Measures the pages without reading their texts.
 *
 * Parameters: $1 job, $2 number of the last page of the previous part.
 * Returns: at least one page, in order; no row after the last page.
 * Called by: `readParts`. Locks nothing.
 */
const nextPart = (columns: string, bytes: string) => `
WITH ahead AS (
    SELECT p.number, ${bytes} AS bytes FROM pages p WHERE p.job_id = $1 AND p.number > $2 ORDER BY p.number LIMIT ${partPages}
), part AS (
    SELECT number, sum(bytes) OVER (ORDER BY number) - bytes AS before FROM ahead
)
SELECT ${columns} FROM pages p
 WHERE p.job_id = $1 AND p.number > $2 AND p.number <= (SELECT max(number) FROM part WHERE before < ${partBytes})
 ORDER BY p.number`;

export const wholePages = nextPart(
  'p.number, p.label, p.width, p.height, p.rotation, p.text, p.markdown, p.links, p.details, p.failure',
  'octet_length(p.text) + octet_length(p.markdown) + pg_column_size(p.links) + coalesce(pg_column_size(p.details), 0)',
);

export const imagesOfPages = nextPart('p.number, p.images', '1');

export type PageColumn = 'text' | 'markdown';
export const columnOfPages = (column: PageColumn) =>
  nextPart(`p.number, p.${column} AS content`, `octet_length(p.${column})`);
