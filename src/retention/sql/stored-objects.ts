/**
 * Finds the keys of documents that a row references.
 *
 * Parameters: $1 keys.
 * Returns: one row for each key that a document references.
 * Locks: nothing.
 * Called by: `findOrphans`.
 */
export const namedSources = `SELECT storage_key AS key FROM sources WHERE storage_key = ANY($1::text[])`;

/** Maximum rows that a step examines. */
const examined = 2_000;

/**
 * Walks over all rows that may reference stored objects, in the order of their ids.
 *
 * Parameters: $1 the last examined id, or the nil UUID.
 * Returns: one row for each examined row: its id, the job or document that it belongs to, and the key that it
 * references, or null.
 * Locks: nothing.
 * Called by: `findMissing`, until it returns no row.
 */
const walk = (table: string, key: string) => `
SELECT t.id, ${key} AS key FROM ${table} t WHERE t.id > $1::uuid ORDER BY t.id LIMIT ${examined}`;

export const documentKeys = walk('sources', 't.storage_key');
export const attachmentKeys = walk('jobs', `t.document->>'attachmentsKey'`);
export const archiveKeys = walk('archived_jobs', 't.storage_key');

/**
 * Walks over all pages, like the others.
 *
 * Parameters: $1 and $2 the job and the number of the last examined page, or the nil UUID and 0.
 * Returns, locks, called by: as the others, with the `number` of the page.
 */
export const imageKeys = `
SELECT p.job_id AS id, p.number, p.images->>'key' AS key FROM pages p
 WHERE (p.job_id, p.number) > ($1::uuid, $2::int) ORDER BY p.job_id, p.number LIMIT ${examined}`;
