/** Whether a job may still have to download the document of a source. */
const needed = (source: string) =>
  `${source}.storage_key IS NULL AND EXISTS (SELECT FROM jobs j WHERE j.source_id = ${source}.id AND j.finished_at IS NULL)`;

/**
 * Locks documents whose credentials no job needs. Usually a trigger has erased them.
 *
 * Parameters: $1 maximum number of rows.
 * Returns: the sources.
 * Locks: the rows; skips locked ones.
 * Called by: the pruner, before `eraseCredentials`, in one READ COMMITTED transaction. That is a separate statement, so
 * that it sees jobs of the documents that were created before these rows were locked.
 */
export const lockUnneeded = `
SELECT o.id FROM sources o WHERE o.sealed_credentials IS NOT NULL AND NOT (${needed('o')})
 LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED`;

/**
 * Erases the credentials of documents, unless a job needs them.
 *
 * Parameters: $1 sources. The transaction has locked them.
 * Called by: the pruner.
 */
export const eraseCredentials = `
UPDATE sources s SET sealed_credentials = NULL WHERE s.id = ANY($1::uuid[]) AND NOT (${needed('s')})`;

/**
 * Whether a URL contains a user name or password. Parsers take a backslash for a slash, accept any number of them, and
 * ignore white space. The index sources_plain_credentials_idx has the same condition.
 */
const hasPlain = `url ~ '^[^:]*:[/\\\\\\s]*[^/\\\\?#]*@'`;

/**
 * Locks documents whose URL contains credentials, as earlier versions stored it.
 *
 * Parameters: $1 maximum number of rows. Returns: the sources with their URLs. Locks: the rows; skips locked ones.
 * Called by: the credential sealer, before `sealPlain`, in one READ COMMITTED transaction, for the same reason as
 * above.
 */
export const lockPlain = `
SELECT id, url FROM sources WHERE ${hasPlain} LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED`;

/**
 * Replaces the URLs of documents by URLs without credentials, and stores these encrypted if a job needs them.
 *
 * Parameters: $1 sources, $2 their URLs, $3 their encrypted credentials. The transaction has locked them.
 * Called by: the credential sealer.
 */
export const sealPlain = `
UPDATE sources s SET url = g.url, sealed_credentials = CASE WHEN ${needed('s')} THEN g.sealed END
  FROM unnest($1::uuid[], $2::text[], $3::text[]) AS g(id, url, sealed) WHERE s.id = g.id`;
