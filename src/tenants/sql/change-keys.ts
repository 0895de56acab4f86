/**
 * Replaces the secret of a key. The current one becomes the previous one, which stays valid for a while.
 *
 * Parameters: $1 key, $2 hash of the new secret, $3 seconds that the current secret stays valid.
 * Returns: one row; no row if the key does not exist, was revoked or has expired, by the clock of the database.
 * Locks: the key row. Of two rotations at once, the later one counts.
 * Called by: `rotateKey`.
 */
export const rotateSecret = `
UPDATE api_keys
   SET previous_hash = hash, previous_expires_at = now() + make_interval(secs => $3), hash = $2, rotated_at = now()
 WHERE id = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())
RETURNING id`;

/** Lists all keys, newest first. Called by: `listKeys`. */
export const allKeys = `
SELECT id, name, scopes::text[] AS scopes, last_used_at AS "lastUsedAt",
       CASE WHEN revoked_at IS NOT NULL THEN 'revoked' WHEN expires_at <= now() THEN 'expired' ELSE 'valid' END AS state
  FROM api_keys
 ORDER BY id DESC`;
