import { defaultTenantId } from '../api/context.ts';
import type { Config } from '../config.ts';
import { type Database, openDatabase } from '../connections/database.ts';
import { embeddedPostgresUrl } from '../connections/embedded-postgres.ts';
import type { Scope } from '../connections/prisma/enums.ts';
import { decodeId, encodeId } from '../ids.ts';
import { createLogger } from '../ops/logger.ts';
import { createKey, type IssuedKey, listKeys, maxOverlapSeconds, revokeKey, rotateKey } from '../tenants/keys.ts';
import { printable } from './printable.ts';
import { UsageError } from './usage-error.ts';
import { toStderr, toStdout } from './watch-view.ts';

// `pagehive keys` works on the database directly, so that the first key can be created before any client is admitted.

export interface CreateOptions {
  name?: string;
  /** The id of a tenant. */
  tenant?: string;
  scopes: Scope[];
  expires?: Date;
}

export async function createApiKey(config: Config, { name, tenant, scopes, expires }: CreateOptions): Promise<void> {
  await using database = open(config);
  const tenantId = tenant === undefined ? defaultTenantId : decodeId('tenant', tenant);
  const owner =
    tenantId === null
      ? null
      : await database.prisma.tenant.findUnique({ where: { id: tenantId }, select: { id: true } });
  if (owner === null) throw new UsageError([`there is no tenant ${tenant}`]);
  const key = { tenantId: owner.id, name: name ?? null, scopes, expiresAt: expires ?? null };
  show(await createKey(database, key));
}

export async function rotateApiKey(config: Config, id: string, overlapSeconds: number): Promise<void> {
  if (overlapSeconds > maxOverlapSeconds)
    throw new UsageError([`--overlap may be at most ${maxOverlapSeconds}, a week`]);
  await using database = open(config);
  const issued = await rotateKey(database, uuidOf(id), overlapSeconds);
  if (issued === null) throw new UsageError([`${id} does not exist, was revoked or has expired`]);
  show(issued);
}

export async function revokeApiKeys(config: Config, ids: string[]): Promise<void> {
  await using database = open(config);
  const uuids = ids.map(uuidOf);
  for (const [index, uuid] of uuids.entries()) {
    if ((await revokeKey(database, uuid)) === null) throw new UsageError([`there is no key ${ids[index]}`]);
    toStdout(`${ids[index]} is revoked`);
  }
}

export async function listApiKeys(config: Config): Promise<void> {
  await using database = open(config);
  const keys = await listKeys(database);
  toStdout(line('ID', 'SCOPES', 'STATE', 'LAST USED', 'NAME'));
  for (const { id, scopes, state, lastUsedAt, name } of keys) {
    const used = lastUsedAt?.toISOString() ?? 'never';
    toStdout(line(encodeId('key', id), scopes.join(',').toLowerCase(), state, used, printable(name ?? '')));
  }
}

/** The secret alone on standard output, for scripts. */
function show({ key, secret }: IssuedKey): void {
  toStderr(`${encodeId('key', key.id)}: store the secret now, it is not shown again`);
  toStdout(secret);
}

function uuidOf(id: string): string {
  const uuid = decodeId('key', id);
  if (uuid === null) throw new UsageError([`${id} is not the id of a key, such as key_01h455vb4pex5vsknk084sn02q`]);
  return uuid;
}

function open(config: Config): Database {
  const url = config.databaseUrl ?? embeddedPostgresUrl(config.dataDir);
  return openDatabase({ url, size: 1, name: 'pagehive keys', logger: createLogger({ logLevel: 'silent' }, 'keys') });
}

function line(id: string, scopes: string, state: string, lastUsed: string, name: string): string {
  return [id.padEnd(30), scopes.padEnd(19), state.padEnd(7), lastUsed.padEnd(24), name].join('  ').trimEnd();
}
