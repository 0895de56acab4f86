import { defaultTenantId } from '../api/context.ts';
import { parseKeyChange, parseNewKey } from '../api/inputs/keys.ts';
import type { Config } from '../config/config.ts';
import { embeddedRedisUrl } from '../connections/embedded-redis.ts';
import type { Scope } from '../connections/prisma/enums.ts';
import { openRedis, within } from '../connections/redis.ts';
import { RequestError } from '../errors.ts';
import { decodeId, encodeId } from '../ids.ts';
import { createLogger } from '../ops/logger.ts';
import { createKeyAnnouncer } from '../tenants/key-changes.ts';
import { keyOfSecret } from '../tenants/key-text.ts';
import {
  createKey,
  type IssuedKey,
  listKeys,
  maxOverlapSeconds,
  revokeKey,
  rotateKey,
  updateKey,
} from '../tenants/keys.ts';
import { type KeyLimits, storedKeyLimits } from '../tenants/limits.ts';
import { findTenant } from '../tenants/tenants.ts';
import { limitText } from './limit-text.ts';
import { openOwnDatabase } from './own-database.ts';
import { printable } from './printable.ts';
import { recordKeyCommand } from './record-command.ts';
import { tableLine } from './table.ts';
import { UsageError } from './usage-error.ts';
import { toStderr, toStdout } from './watch-view.ts';

// `pagehive keys` works directly on the database, so that the first key can be created before any client has one.

export interface CreateOptions {
  name?: string;
  /** The id of a tenant. */
  tenant?: string;
  scopes: Scope[];
  expires?: Date;
}

/** Limits of a key; `none` removes one, so that its default applies. */
export type LimitOptions = { [Name in keyof KeyLimits]?: number | 'none' };

export interface UpdateOptions {
  name?: string;
}

export async function createApiKey(config: Config, options: CreateOptions & LimitOptions): Promise<void> {
  const { name, tenant, scopes, expires, ...limitOptions } = options;
  const { limits } = checked(() => parseNewKey({ scopes, limits: limitsOf(limitOptions) }));
  await using database = await openOwnDatabase(config, 'keys');
  const tenantId = tenant === undefined ? defaultTenantId : await findTenant(database, tenant);
  if (tenantId === null) throw new UsageError([`there is no tenant ${tenant}`]);
  const key = { tenantId, name: name ?? null, scopes, expiresAt: expires ?? null, limits };
  show(await createKey(database, key, recordKeyCommand('keys create')).catch((error) => refuse(error)));
  await announceKeyChange(config);
}

export async function updateApiKey(config: Config, id: string, options: UpdateOptions & LimitOptions): Promise<void> {
  if (Object.keys(options).length === 0)
    throw new UsageError(['nothing to change: give --name or a limit, such as --timeout-seconds 300']);
  const { name, ...limits } = options;
  const change = checked(() => parseKeyChange({ name, limits: limitsOf(limits) }));
  await using database = await openOwnDatabase(config, 'keys');
  const record = recordKeyCommand('keys update');
  const key = await updateKey(database, uuidOf(id), change, record).catch((error) => refuse(error));
  if (key === null) throw new UsageError([`there is no key ${id}`]);
  await announceKeyChange(config);
  toStdout(`${id} is updated`);
}

/** Returns limits as inputs of the API have them: null resets one to its default. */
function limitsOf(options: LimitOptions): object {
  return Object.fromEntries(Object.entries(options).map(([name, limit]) => [name, limit === 'none' ? null : limit]));
}

/** Returns what `parse` returns; its refusals become usage errors. */
function checked<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    return refuse(error);
  }
}

function refuse(error: unknown): never {
  if (!(error instanceof RequestError) || error.issues === null) throw error;
  throw new UsageError(error.issues.map(({ path, message }) => `${path.at(-1)} ${message}`));
}

export async function rotateApiKey(config: Config, id: string, overlapSeconds: number): Promise<void> {
  if (overlapSeconds > maxOverlapSeconds)
    throw new UsageError([`--overlap may be at most ${maxOverlapSeconds}, a week`]);
  await using database = await openOwnDatabase(config, 'keys');
  const issued = await rotateKey(database, uuidOf(id), overlapSeconds, recordKeyCommand('keys rotate'));
  if (issued === null) throw new UsageError([`${id} does not exist, was revoked or has expired`]);
  show(issued);
  await announceKeyChange(config);
}

export async function revokeApiKeys(config: Config, ids: string[]): Promise<void> {
  await using database = await openOwnDatabase(config, 'keys');
  const uuids = ids.map(uuidOf);
  try {
    for (const [index, uuid] of uuids.entries()) {
      const key = await revokeKey(database, uuid, recordKeyCommand('keys revoke'));
      if (key === null) throw new UsageError([`there is no key ${ids[index]}`]);
      toStdout(`${ids[index]} is revoked`);
    }
  } finally {
    await announceKeyChange(config);
  }
}

export async function listApiKeys(config: Config): Promise<void> {
  await using database = await openOwnDatabase(config, 'keys');
  const keys = await listKeys(database);
  toStdout(tableLine(widths, ['ID', 'SCOPES', 'STATE', 'LAST USED', 'EXPIRES', 'TENANT', 'LIMITS', 'NAME']));
  for (const { id, tenantId, scopes, state, lastUsedAt, expiresAt, limits, name } of keys) {
    const used = lastUsedAt?.toISOString() ?? 'never';
    const expires = expiresAt?.toISOString() ?? 'never';
    const facts = [encodeId('key', id), scopes.join(',').toLowerCase(), state, used, expires];
    toStdout(
      tableLine(widths, [
        ...facts,
        encodeId('tenant', tenantId),
        limitText(storedKeyLimits(limits)),
        printable(name ?? ''),
      ]),
    );
  }
}

/** Prints only the secret to standard output, for scripts. */
function show({ key, secret }: IssuedKey): void {
  toStderr(`${encodeId('key', key.id)}: store the secret now, it is not shown again`);
  toStdout(secret);
}

function uuidOf(id: string): string {
  const uuid = decodeId('key', id);
  const key = keyOfSecret(id);
  if (key !== null) throw new UsageError([`this is the secret of a key, not its id: use ${key}`]);
  if (uuid === null) throw new UsageError([`${id} is not the id of a key, such as key_01h455vb4pex5vsknk084sn02q`]);
  return uuid;
}

/** Maximum time for announcing a change, in milliseconds. */
const announceMs = 1_000;

/** Tells running servers to read their keys again. If Redis is away, they notice the change within five seconds. */
async function announceKeyChange({ redisUrl, redisPrefix, dataDir }: Config): Promise<void> {
  const url = redisUrl ?? embeddedRedisUrl(dataDir);
  if (url === null) return;
  const redis = openRedis(url, createLogger({ logLevel: 'silent' }, 'keys'));
  try {
    await within(announceMs, redis.connect());
    await within(announceMs, createKeyAnnouncer(redis, redisPrefix)());
  } catch {
    // Redis is away.
  } finally {
    redis.destroy();
  }
}

/** Widths of the columns of `keys list`; the last one is open. */
const widths = [30, 19, 7, 24, 24, 33, 20];
