import type { Database, Query } from '../connections/database.ts';
import type { ApiKey } from '../connections/prisma/client.ts';
import { RequestError } from '../errors.ts';
import { newUuid } from '../ids.ts';
import { newKeyText } from './key-text.ts';
import type { KeyLimits, Nullable } from './limits.ts';
import type { Scope } from './scopes.ts';
import { allKeys, type ChangedKey, insertKey, revoke, rotateSecret } from './sql/change-keys.ts';
import { updateKeyRow } from './sql/update-limits.ts';

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
  limits: KeyLimits;
}

/** Records a change of a key, in the transaction that makes it. */
export type RecordKeyChange = (query: Query, key: ChangedKey) => Promise<unknown>;

/** Maximum length of a key's name, in characters. */
export const longestKeyName = 500;

/** Maximum overlap after a rotation, during which the previous secret stays valid, in seconds: a week. */
export const maxOverlapSeconds = 7 * 86_400;

/** Whether a key was ever created, revoked ones included. From then on, every caller needs a key. */
export async function areKeysRequired(database: Database): Promise<boolean> {
  const [row] = await database.query<{ exists: boolean }>('SELECT EXISTS (SELECT FROM api_keys) AS exists', []);
  return row?.exists ?? true;
}

/** Creates a key. Once the first key exists, every caller needs one. */
export async function createKey(database: Database, key: NewKey, record?: RecordKeyChange): Promise<IssuedKey> {
  const { tenantId, name, scopes, expiresAt, limits } = key;
  if ((limits.minPriority ?? 0) > (limits.maxPriority ?? 9)) throw prioritiesExclude();
  const id = newUuid();
  const { text, hash } = newKeyText(id);
  const values = [id, tenantId, name, [...new Set(scopes)], hash, expiresAt, JSON.stringify(limits)];
  await change(database, insertKey, values, record);
  return { key: await database.prisma.apiKey.findUniqueOrThrow({ where: { id } }), secret: text };
}

/** Runs a statement that changes a key. Returns whether it changed one. */
async function change(
  database: Database,
  statement: string,
  values: Parameters<Query>[1],
  record?: RecordKeyChange,
): Promise<boolean> {
  async function run(query: Query): Promise<boolean> {
    const [key] = await query<ChangedKey>(statement, values);
    if (key !== undefined) await record?.(query, key);
    return key !== undefined;
  }
  return record === undefined ? await run(database.query) : await database.transaction(run);
}

/**
 * Replaces the secret of a key. The previous secret stays valid for `overlapSeconds`; the one before it ends at once.
 * Returns null if the key does not exist, was revoked or has expired.
 */
export async function rotateKey(
  database: Database,
  id: string,
  overlapSeconds: number,
  record?: RecordKeyChange,
): Promise<IssuedKey | null> {
  const { text, hash } = newKeyText(id);
  const isRotated = await change(database, rotateSecret, [id, hash, overlapSeconds], record);
  if (!isRotated) return null;
  return { key: await database.prisma.apiKey.findUniqueOrThrow({ where: { id } }), secret: text };
}

/** Changes of a key. What is undefined stays as it is; a limit that is null gets its default. */
export interface KeyChange {
  name?: string | null;
  limits: Nullable<KeyLimits>;
}

/**
 * Changes the name and limits of a key. Returns null if the key does not exist. Throws BAD_USER_INPUT if a key with
 * these limits could create no job.
 */
export async function updateKey(
  database: Database,
  id: string,
  { name, limits }: KeyChange,
  record?: RecordKeyChange,
): Promise<ApiKey | null> {
  const values = [id, name !== undefined, name ?? null, JSON.stringify(limits)];
  const isUpdated = await change(database, updateKeyRow, values, record);
  const key = await database.prisma.apiKey.findUnique({ where: { id } });
  if (key !== null && !isUpdated) throw prioritiesExclude();
  return key;
}

/** Returns the error for limits with which a key could create no job. */
function prioritiesExclude(): RequestError {
  const message = 'must not exceed maxPriority';
  return new RequestError('BAD_USER_INPUT', {
    issues: [{ path: ['input', 'limits', 'minPriority'], code: 'OUT_OF_RANGE', message }],
  });
}

/** Revokes a key permanently; repeating it changes nothing. Returns null if the key does not exist. */
export async function revokeKey(database: Database, id: string, record?: RecordKeyChange): Promise<ApiKey | null> {
  await change(database, revoke, [id], record);
  return await database.prisma.apiKey.findUnique({ where: { id } });
}

export interface ListedKey {
  id: string;
  tenantId: string;
  name: string | null;
  scopes: Scope[];
  /** By the clock of the database. */
  state: 'valid' | 'revoked' | 'expired';
  lastUsedAt: Date | null;
  /** Null if it does not expire. */
  expiresAt: Date | null;
  /** As its row stores them, see `storedKeyLimits`. */
  limits: unknown;
}

/** Lists all keys, newest first. */
export async function listKeys(database: Database): Promise<ListedKey[]> {
  return await database.query<ListedKey>(allKeys, []);
}
