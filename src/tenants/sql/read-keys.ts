import type { Database } from '../../connections/database.ts';
import type { Scope } from '../scopes.ts';

export interface KeyRow {
  id: string;
  tenantId: string;
  scopes: Scope[];
  /** Limits of the key and of its tenant, as stored. */
  limits: unknown;
  tenantLimits: unknown;
  hash: Buffer;
  /** Hash of the secret before the last rotation; null once it is no longer valid. */
  previousHash: Buffer | null;
  /** Whether the key is neither revoked nor expired. */
  usable: boolean;
}

/**
 * Reads keys, and whether they are valid by the database clock.
 *
 * Parameters: $1 ids.
 * Returns: one row for each key that exists.
 * Called by: the key ring, every two seconds for the keys in use. Locks nothing.
 */
export const readKeysSql = `
SELECT k.id, k.tenant_id AS "tenantId", k.scopes::text[] AS scopes, k.limits, t.limits AS "tenantLimits", k.hash,
       CASE WHEN k.previous_expires_at > now() THEN k.previous_hash END AS "previousHash",
       k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now()) AS usable
  FROM api_keys k JOIN tenants t ON t.id = k.tenant_id
 WHERE k.id = ANY($1)`;

/** The rights of callers without a key. */
export interface AnonymousRow {
  /** Whether a key was ever created, revoked ones included. From then on, every caller needs a key. */
  keyExists: boolean;
  /** Limits of the tenant of these callers, as stored. */
  limits: unknown;
}

/**
 * Reads whether callers without a key are admitted, and the limits of their tenant.
 *
 * Parameters: $1 the tenant.
 * Returns: one row; its limits are null if the tenant does not exist.
 * Called by: the key ring, every two seconds. Locks nothing.
 */
export const readAnonymousSql = `
SELECT EXISTS (SELECT FROM api_keys k) AS "keyExists", (SELECT t.limits FROM tenants t WHERE t.id = $1) AS limits`;

/**
 * Counts the valid keys of tenants, by the clock of the database.
 *
 * Parameters: $1 tenants.
 * Returns: one row for each tenant with valid keys.
 * Called by: `countValidKeys`. Locks nothing.
 */
export const validKeys = `
SELECT k.tenant_id AS "tenantId", count(*)::int AS n
  FROM api_keys k
 WHERE k.tenant_id = ANY($1::uuid[]) AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now())
 GROUP BY k.tenant_id`;

export async function readKeys(database: Database, ids: readonly string[]): Promise<KeyRow[]> {
  return await database.query<KeyRow>(readKeysSql, [[...ids]]);
}

export async function readAnonymous(database: Database, tenantId: string): Promise<AnonymousRow> {
  const [row] = await database.query<AnonymousRow>(readAnonymousSql, [tenantId]);
  // Null only if the tenant was deleted by hand.
  return { keyExists: row?.keyExists ?? true, limits: row?.limits ?? {} };
}
