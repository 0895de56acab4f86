import { queuedAt } from '../../job-row/queued-at.ts';

/** Which index leads to the jobs: all of them by id, those of a batch, or those of a list of ids. */
export type Source = 'all' | 'batch' | 'ids';

const sources: Record<Source, string> = {
  all: 'j.id > $9::uuid',
  batch: 'j.batch_id = $4::uuid AND j.id > $9::uuid',
  ids: 'j.id = ANY ($8::uuid[]) AND j.id > $9::uuid',
};

/**
 * Condition on a row `j` of jobs.
 *
 * Parameters: $1 tenant, $2 statuses, $3 failure codes, $4 batch; $5 earliest time of creation, inclusive, $6 latest,
 * exclusive; $7 part of the name, $8 ids; $11 the time of the request: jobs that were queued or ended later do not
 * match. All but $2 and $11 may be null.
 */
export const matches = `($1::uuid IS NULL OR j.tenant_id = $1) AND j.status::text = ANY ($2::text[])
       AND ($3::text[] IS NULL OR j.failure_code = ANY ($3)) AND ($4::uuid IS NULL OR j.batch_id = $4)
       AND ($5::timestamptz IS NULL OR j.created_at >= $5) AND ($6::timestamptz IS NULL OR j.created_at < $6)
       AND coalesce(j.finished_at, ${queuedAt('j')}) <= $11::timestamptz
       AND ($7::text IS NULL OR strpos(j.name_folded, pagehive_fold($7)) > 0) AND ($8::uuid[] IS NULL OR j.id = ANY ($8))`;

/**
 * Examines the next jobs in the order of their ids. The cost is bounded by $10, whatever the condition.
 *
 * Parameters: those of `matches`; $9 the last examined id, $10 maximum number of jobs to examine, $12 maximum number of
 * matching jobs.
 * Returns: one row: `ids` of jobs that match, `examined`, and `end`, the last examined id, or null at the end.
 * Locks: nothing.
 * Called by: `readWindow`.
 */
export const matchingWindow = (source: Source) => `
WITH examined AS MATERIALIZED (
    SELECT j.id, ${matches} AS matches FROM jobs j WHERE ${sources[source]} ORDER BY j.id LIMIT $10::int
), matching AS (
    SELECT id FROM examined WHERE matches ORDER BY id LIMIT $12::int
), until AS (
    -- With more matching jobs than wanted, the next window begins after the last one taken.
    SELECT CASE WHEN (SELECT count(*) FROM matching) = $12 THEN (SELECT max(id::text)::uuid FROM matching)
                WHEN (SELECT count(*) FROM examined) = $10 THEN (SELECT max(id::text)::uuid FROM examined) END AS id
)
SELECT ARRAY(SELECT id FROM matching ORDER BY id) AS ids,
       (SELECT count(*)::int FROM examined e, until u WHERE u.id IS NULL OR e.id <= u.id) AS examined, until.id AS end
  FROM until`;

/**
 * Counts the matching ones among the next jobs in the order of their ids. The cost is bounded by $10.
 *
 * Parameters: those of `matchingWindow`, without $12.
 * Returns: one row: the `count`, and `end`, the last examined id, or null at the end.
 * Locks: nothing.
 * Called by: `countMatching`.
 */
export const countingWindow = (source: Source) => `
WITH examined AS MATERIALIZED (
    SELECT j.id, ${matches} AS matches FROM jobs j WHERE ${sources[source]} ORDER BY j.id LIMIT $10::int
)
SELECT count(*) FILTER (WHERE matches)::int AS count, CASE WHEN count(*) = $10 THEN max(id::text)::uuid END AS end
  FROM examined`;
