/** A key that a statement created or changed. */
export interface ChangedKey {
  id: string;
  tenantId: string;
}

/**
 * Creates a key.
 *
 * Parameters: $1 id, $2 tenant, $3 name or null, $4 scopes, $5 hash of the secret, $6 expiry or null, $7 limits as
 * JSON. Returns: the key. Called by: `createKey`.
 */
export const insertKey = `
INSERT INTO api_keys (id, tenant_id, name, scopes, hash, expires_at, limits)
VALUES ($1, $2, $3, $4::text[]::"Scope"[], $5, $6, $7)
RETURNING id, tenant_id AS "tenantId"`;

/**
 * Replaces the secret of a key. The current secret becomes the previous one, which stays valid for $3 seconds.
 *
 * Parameters: $1 key, $2 hash of the new secret, $3 seconds that the current secret stays valid.
 * Returns: the key; no row if it does not exist, was revoked or has expired, by the clock of the database.
 * Locks: the key row. Of two concurrent rotations, the later one wins.
 * Called by: `rotateKey`.
 */
export const rotateSecret = `
UPDATE api_keys
   SET previous_hash = hash, previous_expires_at = now() + make_interval(secs => $3), hash = $2, rotated_at = now()
 WHERE id = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())
RETURNING id, tenant_id AS "tenantId"`;

/**
 * Revokes a key. A revoked key keeps its time of revocation.
 *
 * Parameters: $1 key.
 * Returns: the key; no row if it does not exist.
 * Locks: the key row.
 * Called by: `revokeKey`.
 */
export const revoke = `
UPDATE api_keys SET revoked_at = coalesce(revoked_at, now()) WHERE id = $1
RETURNING id, tenant_id AS "tenantId"`;

/** Lists all keys, newest first. Called by: `listKeys`. */
export const allKeys = `
SELECT id, tenant_id AS "tenantId", name, scopes::text[] AS scopes, last_used_at AS "lastUsedAt",
       expires_at AS "expiresAt", limits,
       CASE WHEN revoked_at IS NOT NULL THEN 'revoked' WHEN expires_at <= now() THEN 'expired' ELSE 'valid' END AS state
  FROM api_keys
 ORDER BY id DESC`;
