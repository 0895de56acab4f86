import type { Database } from '../../connections/database.ts';
import type { Scope } from '../scopes.ts';

export interface KeyRow {
  id: string;
  tenantId: string;
  scopes: Scope[];
  hash: Buffer;
  /** Hash of the secret before the last rotation; null once it is no longer valid. */
  previousHash: Buffer | null;
  /** Whether it was not revoked and has not expired. */
  usable: boolean;
}

/**
 * Reads keys and whether they are valid, by the clock of the database.
 *
 * Parameters: $1 ids.
 * Returns: one row for each key that exists.
 * Called by: the key ring, every two seconds for the keys in use. Locks nothing.
 */
export const readKeysSql = `
SELECT id, tenant_id AS "tenantId", scopes::text[] AS scopes, hash,
       CASE WHEN previous_expires_at > now() THEN previous_hash END AS "previousHash",
       revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now()) AS usable
  FROM api_keys
 WHERE id = ANY($1)`;

export async function readKeys(database: Database, ids: readonly string[]): Promise<KeyRow[]> {
  return await database.query<KeyRow>(readKeysSql, [[...ids]]);
}
