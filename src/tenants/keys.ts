import type { Database } from '../connections/database.ts';
import type { ApiKey } from '../connections/prisma/client.ts';
import { newUuid } from '../ids.ts';
import { newKeyText } from './key-text.ts';
import type { Scope } from './scopes.ts';
import { allKeys, rotateSecret } from './sql/change-keys.ts';

/** A key and its secret, which is shown only once. */
export interface IssuedKey {
  key: ApiKey;
  secret: string;
}

export interface NewKey {
  tenantId: string;
  name: string | null;
  scopes: readonly Scope[];
  /** Null if it does not expire. */
  expiresAt: Date | null;
}

/** How long the previous secret of a rotated key may stay valid, in seconds: a week. */
export const maxOverlapSeconds = 7 * 86_400;

/** Whether a key was ever created, revoked ones included: from then on, every caller needs one. */
export async function areKeysRequired(database: Database): Promise<boolean> {
  const [row] = await database.query<{ exists: boolean }>('SELECT EXISTS (SELECT FROM api_keys) AS exists', []);
  return row?.exists ?? true;
}

/** Creates a key. From the first one on, every caller needs one. */
export async function createKey(database: Database, { tenantId, name, scopes, expiresAt }: NewKey): Promise<IssuedKey> {
  const id = newUuid();
  const { text, hash } = newKeyText(id);
  const data = { id, tenantId, name, scopes: [...new Set(scopes)], hash: new Uint8Array(hash), expiresAt };
  return { key: await database.prisma.apiKey.create({ data }), secret: text };
}

/**
 * Replaces the secret of a key. The previous secret stays valid for `overlapSeconds`; the one before it ends at once.
 * Null if the key does not exist, was revoked or has expired.
 */
export async function rotateKey(database: Database, id: string, overlapSeconds: number): Promise<IssuedKey | null> {
  const { text, hash } = newKeyText(id);
  const rotated = await database.query(rotateSecret, [id, hash, overlapSeconds]);
  if (rotated.length === 0) return null;
  return { key: await database.prisma.apiKey.findUniqueOrThrow({ where: { id } }), secret: text };
}

/** Revokes a key for good; repeating it changes nothing. Null if the key does not exist. */
export async function revokeKey(database: Database, id: string): Promise<ApiKey | null> {
  await database.query('UPDATE api_keys SET revoked_at = now() WHERE id = $1 AND revoked_at IS NULL', [id]);
  return await database.prisma.apiKey.findUnique({ where: { id } });
}

export interface ListedKey {
  id: string;
  name: string | null;
  scopes: Scope[];
  /** By the clock of the database. */
  state: 'valid' | 'revoked' | 'expired';
  lastUsedAt: Date | null;
}

/** All keys, newest first. */
export async function listKeys(database: Database): Promise<ListedKey[]> {
  return await database.query<ListedKey>(allKeys, []);
}
