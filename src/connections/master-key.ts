import { randomBytes, randomUUID } from 'node:crypto';
import {
  closeSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { ConfigError, parseSecretKey } from '../config/environment.ts';
import { acquireLock, LockHeldError } from '../supervisor/lock.ts';

export interface MasterKeyOptions {
  /** SECRET_KEY. */
  secretKey: Buffer | null;
  /** SECRET_KEY_PREVIOUS. */
  previousSecretKeys: readonly Buffer[];
  dataDir: string;
}

/** The file of the master key if SECRET_KEY is not set: one key a line, the current one first. */
export function keyFile(dataDir: string): string {
  return join(dataDir, 'secret.key');
}

/** Returns the keys that may open the installation's secret; the first one seals it. */
export function readMasterKeys({ secretKey, previousSecretKeys, dataDir }: MasterKeyOptions): Buffer[] {
  if (secretKey === null) return [...readKeyFile(dataDir), ...previousSecretKeys];
  return [secretKey, ...readOldKeyFile(dataDir), ...previousSecretKeys];
}

/** Returns the keys of a file that SECRET_KEY has replaced. It may be damaged or belong to another user. */
function readOldKeyFile(dataDir: string): Buffer[] {
  try {
    return readKeyFile(dataDir);
  } catch (error) {
    if (error instanceof ConfigError) return [];
    throw error;
  }
}

/** Does the same for an installation without a master key: creates the file unless SECRET_KEY is set. */
export function createMasterKeys(options: MasterKeyOptions): Buffer[] {
  if (options.secretKey === null) createKeyFile(options.dataDir);
  return readMasterKeys(options);
}

/** Keeps other processes from changing the file. Throws `ConfigError` while one does. */
export function lockKeyFile(dataDir: string): Disposable {
  const path = keyFile(dataDir);
  try {
    return acquireLock(`${path}.lock`);
  } catch (error) {
    if (error instanceof LockHeldError)
      throw new ConfigError(`another process (${error.pid}) is changing ${path}: wait until it has ended`);
    throw unwritable(path, error);
  }
}

/**
 * Replaces the keys of the file, which keeps its owner and mode. The new file is written beside it and takes its place
 * when it is on disk, so that a crash leaves one of the two. Call it while `lockKeyFile` holds.
 */
export function writeKeyFile(dataDir: string, keys: readonly Buffer[]): void {
  const path = keyFile(dataDir);
  try {
    // The file may be a link to one elsewhere.
    const target = realpathSync(path);
    const { uid, gid, mode } = statSync(target);
    const draft = `${target}.new`;
    rmSync(draft, { force: true });
    try {
      writeKeys(draft, keys, { uid, gid, mode });
      renameSync(draft, target);
    } catch (error) {
      rmSync(draft, { force: true });
      throw error;
    }
    syncFolder(dirname(target));
  } catch (error) {
    throw unwritable(path, error);
  }
}

function unwritable(path: string, error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === undefined) return error;
  return new ConfigError(`${path} cannot be changed (${code}): run this command as the user that owns it, or as root`);
}

/** Makes a rename in a folder survive a power failure. */
function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function readKeyFile(dataDir: string): Buffer[] {
  const path = keyFile(dataDir);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT') return [];
    throw new ConfigError(`${path} cannot be read (${code}): run Pagehive as the user that owns it`);
  }
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const key = parseSecretKey(line.trim());
      if (key === null) throw new ConfigError(`${path} holds no key: restore it from a backup`);
      return key;
    });
}

/** Creates the file with a new key. Concurrent processes all get the winner's. */
function createKeyFile(dataDir: string): void {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const draft = `${keyFile(dataDir)}.${randomUUID()}`;
  try {
    writeKeys(draft, [randomBytes(32)]);
    // Unlike a rename, a link fails if the file exists.
    linkSync(draft, keyFile(dataDir));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Writes a file that only its user can read, or one with the given owner and mode. */
function writeKeys(path: string, keys: readonly Buffer[], like?: { uid: number; gid: number; mode: number }): void {
  const file = openSync(path, 'wx', 0o600);
  try {
    writeFileSync(file, keys.map((key) => `${key.toString('base64')}\n`).join(''));
    if (like !== undefined) {
      // By the open file, not by its name: another user may own the folder.
      const { uid, gid } = fstatSync(file);
      if (uid !== like.uid || gid !== like.gid) fchownSync(file, like.uid, like.gid);
      fchmodSync(file, like.mode & 0o777);
    }
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
