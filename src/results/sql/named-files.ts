/**
 * Finds the keys of result files that a row references.
 *
 * Parameters: $1 jobs, $2 keys.
 * Returns: one row for each key that a job or page references. An archived job references all of its files.
 * Called by: `namedJobFiles`. Locks nothing.
 */
export const namedFiles = `
SELECT j.document->>'attachmentsKey' AS key FROM jobs j
 WHERE j.id = ANY($1::uuid[]) AND j.document->>'attachmentsKey' = ANY($2::text[])
 UNION
SELECT p.images->>'key' FROM pages p
 WHERE p.job_id = ANY($1::uuid[]) AND p.images->>'key' = ANY($2::text[])
 UNION
SELECT key FROM unnest($2::text[]) AS key JOIN archived_jobs a ON a.id::text = split_part(key, '/', 2)
 WHERE a.id = ANY($1::uuid[])`;
