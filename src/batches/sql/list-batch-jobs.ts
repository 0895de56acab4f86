/**
 * List and count the jobs of several batches in the order of their items.
 *
 * Parameters: $1 batches, $2 tenant, $3 statuses, $4 failure codes, $5 and $6 bounds of the creation time, $7 part of
 * the name, $8 and $9 exclusive bounds of the item index, $10 maximum rows per batch. Unused conditions are null.
 * Called by: `listBatchJobs` and `countBatchJobs`. The statements read only rows of the batches and lock nothing.
 */
const wanted = `j.tenant_id = $2::uuid
         AND ($3::text[] IS NULL OR j.status::text = ANY ($3)) AND ($4::text[] IS NULL OR j.failure_code = ANY ($4))
         AND ($5::timestamptz IS NULL OR j.created_at >= $5) AND ($6::timestamptz IS NULL OR j.created_at < $6)
         AND ($7::text IS NULL OR strpos(j.name_folded, pagehive_fold($7)) > 0)`;

/** OFFSET 0 prevents the planner from using indexes of other columns. */
const jobsOf = (rest: string) => `(SELECT * FROM jobs WHERE batch_id = b.id ${rest} OFFSET 0) j`;

/** Returns one row per job: its batch and its id. */
export const listJobsOfBatches = (order: 'ASC' | 'DESC') => `
SELECT b.id AS "batchId", j.id
  FROM unnest($1::uuid[]) b(id)
 CROSS JOIN LATERAL (
    SELECT j.id, j.batch_index
      FROM ${jobsOf(`AND ($8::int IS NULL OR batch_index > $8) AND ($9::int IS NULL OR batch_index < $9) ORDER BY batch_index ${order}`)}
     WHERE ${wanted}
     ORDER BY j.batch_index ${order} LIMIT $10::int) j
 ORDER BY b.id, j.batch_index ${order}`;

/** Returns one row per batch: the number of matching jobs. */
export const countJobsOfBatches = `
SELECT b.id AS "batchId", (SELECT count(*)::int FROM ${jobsOf('')} WHERE ${wanted}) AS n FROM unnest($1::uuid[]) b(id)`;
