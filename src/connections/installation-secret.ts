import { randomBytes } from 'node:crypto';
import { ConfigError } from '../config/environment.ts';
import type { Database, Query } from './database.ts';
import {
  createMasterKeys,
  keyFile,
  lockKeyFile,
  type MasterKeyOptions,
  readMasterKeys,
  writeKeyFile,
} from './master-key.ts';
import { createSecrets, SealError } from './secrets.ts';

const purpose = 'installation';

/** Returns the secret of a new installation, sealed for its row. */
export function sealNewSecret(options: MasterKeyOptions): string {
  return seal(createMasterKeys(options), randomBytes(32));
}

/**
 * Opens the secret that signs URLs and seals passwords. The row holds it sealed with a master key, which is outside the
 * database. Seals it again if its key is not the current one, and if an earlier version stored it as it is. Throws
 * `ConfigError` if no key opens it.
 */
export async function openSecret(
  { prisma, query }: Pick<Database, 'prisma' | 'query'>,
  options: MasterKeyOptions,
): Promise<Buffer> {
  const find = () => prisma.installation.findUniqueOrThrow({ where: { id: 1 } });
  for (;;) {
    const { secret, sealedSecret } = await find();
    if (secret !== null) {
      const sealed = seal(createMasterKeys(options), Buffer.from(secret));
      await query('UPDATE installation SET secret = NULL, sealed_secret = $1 WHERE secret IS NOT NULL', [sealed]);
      continue;
    }
    const keys = readMasterKeys(options);
    const opened = openWith(keys, sealedSecret ?? '');
    if (opened === null) {
      // The key may have been changed after the row was read.
      if ((await find()).sealedSecret !== sealedSecret) continue;
      throw new ConfigError(noKey(options, keys.length));
    }
    const [current] = keys;
    if (current !== undefined && open(current, sealedSecret ?? '') === null) {
      // Another process may have been faster.
      const values = [seal(keys, opened), sealedSecret];
      await query('UPDATE installation SET sealed_secret = $1 WHERE sealed_secret = $2', values);
    }
    return opened;
  }
}

/** Throws `ConfigError` if the processes could not open the secret: the key is missing, damaged or a wrong one. */
export async function checkSecret(database: Pick<Database, 'prisma' | 'query'>, options: MasterKeyOptions) {
  const installation = await database.prisma.installation.findUnique({ where: { id: 1 } });
  if (installation === null) readMasterKeys(options);
  else await openSecret(database, options);
}

/** Parameters of the lock that a change of the key file holds in each of its transactions. */
const rotationLock = '7235, 2';

/**
 * Replaces the key of the file, and seals the secret with it. Running processes are not affected.
 *
 * Even if it is interrupted, the file holds a key that opens the row: it first gets the new key beside the current one,
 * then the row changes, and last the file loses the keys that open the row no more. No other process changes the file
 * meanwhile (a lock file), and both transactions hold a lock of the database, in case processes do not see each other's
 * lock file. `record` runs in the transaction that changes the row.
 */
export async function rotateKeyFile(
  database: Pick<Database, 'prisma' | 'query' | 'transaction'>,
  options: MasterKeyOptions,
  record: (query: Query) => Promise<void>,
): Promise<void> {
  const { secretKey, dataDir } = options;
  if (secretKey !== null) {
    throw new ConfigError(
      'SECRET_KEY is set, so no file holds the key: set SECRET_KEY to a new key and SECRET_KEY_PREVIOUS to the current one, then restart all processes',
    );
  }
  await openSecret(database, options);
  using _lock = lockKeyFile(dataDir);
  const key = randomBytes(32);
  await database.transaction(async (query) => {
    const sealed = await lockSecret(query);
    const keys = readMasterKeys(options);
    const opened = openWith(keys, sealed);
    if (opened === null) throw new ConfigError(noKey(options, keys.length));
    writeKeyFile(dataDir, [key, ...keys.filter((each) => !each.equals(key))]);
    await query('UPDATE installation SET sealed_secret = $1', [seal([key], opened)]);
    await record(query);
  });
  await database.transaction(async (query) => {
    const sealed = await lockSecret(query);
    const keys = readMasterKeys(options);
    const needed = keys.filter((each) => open(each, sealed) !== null);
    // None if SECRET_KEY was introduced meanwhile.
    if (needed.length > 0) writeKeyFile(dataDir, needed);
  });
}

/** Locks the row of the sealed secret and the key file until the end of the transaction. */
async function lockSecret(query: Query): Promise<string> {
  await query(`SELECT pg_advisory_xact_lock(${rotationLock})`, []);
  const [row] = await query<{ sealed: string | null }>(
    'SELECT sealed_secret AS sealed FROM installation WHERE id = 1 FOR UPDATE',
    [],
  );
  return row?.sealed ?? '';
}

function noKey({ secretKey, dataDir }: MasterKeyOptions, keys: number): string {
  const file = keyFile(dataDir);
  if (secretKey !== null) {
    return `SECRET_KEY does not open the secret of this installation: set it to the key that was used before, or set SECRET_KEY_PREVIOUS to that key`;
  }
  return keys === 0
    ? `${file} is missing, and without it the secret of this installation cannot be opened: restore it, or set SECRET_KEY to the key that was used before`
    : `${file} belongs to another installation: restore the file that was used with this database, or set SECRET_KEY`;
}

function seal([key]: readonly Buffer[], secret: Buffer): string {
  if (key === undefined) throw new TypeError('an installation has a master key');
  return createSecrets(key).seal(purpose, secret.toString('base64'));
}

function openWith(keys: readonly Buffer[], sealed: string): Buffer | null {
  return keys.map((key) => open(key, sealed)).find((each) => each !== null) ?? null;
}

function open(key: Buffer, sealed: string): Buffer | null {
  try {
    return Buffer.from(createSecrets(key).open(purpose, sealed), 'base64');
  } catch (error) {
    if (error instanceof SealError) return null;
    throw error;
  }
}
