import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config/config.ts';
import type { Query } from '../../src/connections/database.ts';
import { openSecret, rotateKeyFile } from '../../src/connections/installation-secret.ts';
import { keyFile } from '../../src/connections/master-key.ts';
import { createSecrets } from '../../src/connections/secrets.ts';
import { openPlatform } from '../../src/platform.ts';
import { failure, openPool } from '../database/opening.ts';
import { type Service, startService } from '../service.ts';
import { runCommand } from './commands.ts';

let service: Service;
beforeEach(async () => {
  service = await startService({ worker: false, maintenance: false });
});
afterEach(async () => {
  await service[Symbol.asyncDispose]();
});

const newKey = () => randomBytes(32);

/** What a process with these settings gets, beside what the service got. */
async function opened(changes: { secretKey?: Buffer | null; previousSecretKeys?: Buffer[] } = {}) {
  await using platform = await openPlatform({ ...service.config, ...changes }, 'test');
  const token = service.platform.secrets.sign('test', 'id', new Date(Date.now() + 60_000));
  return platform.secrets.verify('test', 'id', token);
}

const rotate = (changes: { secretKey?: Buffer } = {}, record = async () => undefined) =>
  rotateKeyFile(service.platform.database, { ...service.config, ...changes }, record);

const path = () => keyFile(service.config.dataDir);
const keysInFile = () => readFileSync(path(), 'utf8').trim().split('\n');

async function row() {
  const { database } = service.platform;
  const [installation] = await database.query<{ secret: Buffer | null; sealed_secret: string | null }>(
    'SELECT secret, sealed_secret FROM installation',
    [],
  );
  if (installation === undefined) throw new Error('there is no installation');
  return installation;
}

/** Opens the sealed secret as another machine would. */
async function secretOf(query: Query, key: Buffer): Promise<{ secret: string }> {
  const [installation] = await query<{ sealed: string }>('SELECT sealed_secret AS sealed FROM installation', []);
  return { secret: createSecrets(key).open('installation', installation?.sealed ?? '') };
}

describe('the master key', () => {
  it('is a file of DATA_DIR that only its user can read, and opens the sealed secret', async () => {
    const path = keyFile(service.config.dataDir);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readFileSync(path, 'utf8')).toMatch(/^[A-Za-z0-9+/]{43}=\n$/);
    expect(await row()).toEqual({ secret: null, sealed_secret: expect.stringMatching(/^v1\./) });
    expect(await opened()).toBe(true);
  });

  it('is the same for processes that start at the same time', async () => {
    const path = keyFile(service.config.dataDir);
    rmSync(path);
    const { database } = service.platform;
    await database.query('UPDATE installation SET secret = $1, sealed_secret = NULL', [newKey()]);
    const secrets = await Promise.all(Array.from({ length: 8 }, () => openSecret(database, service.config)));
    expect(new Set(secrets.map((each) => each.toString('hex'))).size).toBe(1);
    expect(readFileSync(path, 'utf8').trim().split('\n')).toHaveLength(1);
  });

  it('seals the secret that an earlier version stored in the database', async () => {
    const { database } = service.platform;
    const secret = newKey();
    await database.query('UPDATE installation SET secret = $1, sealed_secret = NULL', [secret]);
    expect(await openSecret(database, service.config)).toEqual(secret);
    expect(await row()).toEqual({ secret: null, sealed_secret: expect.stringMatching(/^v1\./) });
    expect(await openSecret(database, service.config)).toEqual(secret);
  });

  it('keeps processes from starting when it is missing or belongs to another installation', async () => {
    rmSync(keyFile(service.config.dataDir));
    expect(await failure(opened())).toMatchObject({
      name: 'ConfigError',
      message: `${keyFile(service.config.dataDir)} is missing, and without it the secret of this installation cannot be opened: restore it, or set SECRET_KEY to the key that was used before`,
    });
    expect(await failure(opened({ secretKey: newKey() }))).toMatchObject({
      message: expect.stringContaining('set SECRET_KEY_PREVIOUS to that key'),
    });
  });
});

describe('a change of the master key', () => {
  it('from the file to SECRET_KEY happens at the next start, and to another SECRET_KEY with SECRET_KEY_PREVIOUS', async () => {
    const [first, second] = [newKey(), newKey()];
    expect(await opened({ secretKey: first })).toBe(true);
    rmSync(keyFile(service.config.dataDir));
    expect(await opened({ secretKey: first })).toBe(true);
    expect(await opened({ secretKey: second, previousSecretKeys: [first] })).toBe(true);
    expect(await opened({ secretKey: second })).toBe(true);
    expect(await failure(opened({ secretKey: first }))).toMatchObject({ name: 'ConfigError' });
  });

  it('of the file keeps the secret, and the old key opens nothing', async () => {
    const path = keyFile(service.config.dataDir);
    const old = Buffer.from(readFileSync(path, 'utf8'), 'base64');
    await rotate();
    expect(readFileSync(path, 'utf8')).toMatch(/^[A-Za-z0-9+/]{43}=\n$/);
    expect(await opened()).toBe(true);
    const { sealed_secret: sealed } = await row();
    expect(() => createSecrets(old).open('installation', sealed ?? '')).toThrow();
  });

  it('of the file happens once at a time, and starts and changes at the same time all open the secret', async () => {
    const starts = Promise.all(Array.from({ length: 20 }, () => opened()));
    const changes = await Promise.allSettled(Array.from({ length: 8 }, () => rotate()));
    expect(new Set(await starts)).toEqual(new Set([true]));
    const refused = changes.flatMap((each) => (each.status === 'rejected' ? [String(each.reason)] : []));
    expect(refused.length).toBeLessThan(changes.length);
    for (const reason of refused) expect(reason).toContain('is changing');
    expect(keysInFile()).toHaveLength(1);
    expect(await opened()).toBe(true);
  });

  it('of the file that waits for another machine continues with the file as that one left it', async () => {
    const { database } = service.platform;
    let changed: Promise<void> | undefined;
    await database.transaction(async (query) => {
      await query('SELECT pg_advisory_xact_lock(7235, 2)', []);
      changed = rotate();
      await expect
        .poll(() => query(`SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND objid = 2`, []))
        .toHaveLength(1);
      const other = newKey();
      const [current] = keysInFile();
      const { secret } = await secretOf(query, Buffer.from(current ?? '', 'base64'));
      writeFileSync(path(), `${other.toString('base64')}\n`);
      await query('UPDATE installation SET sealed_secret = $1', [createSecrets(other).seal('installation', secret)]);
    });
    await changed;
    expect(keysInFile()).toHaveLength(1);
    expect(await opened()).toBe(true);
  });

  it('of the file that is interrupted leaves a file that opens the secret', async () => {
    const [old] = keysInFile();
    const interrupted = rotate({}, () => Promise.reject(new Error('interrupted')));
    expect(await failure(interrupted)).toMatchObject({ message: 'interrupted' });
    expect(keysInFile()).toEqual([expect.not.stringMatching(old ?? ''), old]);
    expect(await opened()).toBe(true);
    await rotate();
    expect(keysInFile()).toHaveLength(1);
    expect(await opened()).toBe(true);
  });

  it('of the file keeps its owner and mode, and a link', async () => {
    const target = `${path()}.target`;
    renameSync(path(), target);
    symlinkSync(target, path());
    chmodSync(target, 0o640);
    // Only root may give a file away.
    if (process.getuid?.() === 0) chownSync(target, 1234, 1234);
    const { uid, gid, mode } = statSync(target);
    await rotate();
    expect(statSync(target)).toMatchObject({ uid, gid, mode });
    expect(lstatSync(path()).isSymbolicLink()).toBe(true);
    expect(await opened()).toBe(true);
    expect(readdirSync(service.config.dataDir).filter((name) => name.startsWith('secret.key'))).toEqual([
      'secret.key',
      'secret.key.target',
    ]);
  });

  it('by the command is recorded in the audit log', async () => {
    const { databaseUrl, dataDir } = service.config;
    const { code } = await runCommand('rotate-secret-key', { DATABASE_URL: databaseUrl ?? '', DATA_DIR: dataDir });
    expect(code).toBe(0);
    const entries = await service.platform.database.query('SELECT actor, action, outcome FROM audit_log', []);
    expect(entries).toEqual([{ actor: 'COMMAND_LINE', action: 'rotate-secret-key', outcome: 'OK' }]);
    expect(await opened()).toBe(true);
  });

  it('by the file is refused while SECRET_KEY is set', async () => {
    const changed = rotate({ secretKey: newKey() });
    expect(await failure(changed)).toMatchObject({ message: expect.stringContaining('SECRET_KEY_PREVIOUS') });
  });
});

describe('SECRET_KEY', () => {
  it.each([
    ['holds no key', () => writeFileSync(path(), 'damaged\n')],
    [
      'cannot be read',
      () => {
        rmSync(path());
        mkdirSync(path());
      },
    ],
  ])('opens the secret although a file that it has replaced %s', async (_, damage) => {
    const secretKey = newKey();
    expect(await opened({ secretKey })).toBe(true);
    damage();
    expect(await opened({ secretKey })).toBe(true);
    expect(await failure(opened())).toMatchObject({ name: 'ConfigError' });
  });

  it('may be written in base64 or hexadecimal', () => {
    const key = newKey();
    for (const SECRET_KEY of [key.toString('base64'), key.toString('base64url'), key.toString('hex')])
      expect(readConfig({ SECRET_KEY }).secretKey).toEqual(key);
    const [a, b] = [newKey(), newKey()];
    const SECRET_KEY_PREVIOUS = `${a.toString('hex')}, ${b.toString('base64')}`;
    expect(readConfig({ SECRET_KEY_PREVIOUS }).previousSecretKeys).toEqual([a, b]);
  });

  it.each(['secret', 'A'.repeat(42), 'A'.repeat(45), 'g'.repeat(64), '0'.repeat(63)])(
    'is refused: %s',
    (SECRET_KEY) => {
      const message = 'SECRET_KEY must be 32 random bytes, such as `openssl rand -base64 32` prints';
      expect(() => readConfig({ SECRET_KEY })).toThrow(message);
    },
  );
});

it('the role of the API cannot read the sealed secret', async () => {
  await using api = openPool(service.config.databaseApiUrl ?? '', 1);
  expect(await failure(api.query('SELECT sealed_secret FROM installation', []))).toMatchObject({ code: '42501' });
});
