import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openLocalStorage } from '../../src/storage/local-storage.ts';
import { type Storage, StorageError, StorageMismatchError } from '../../src/storage/storage.ts';
import { bytesOf, noLimit, testStorage } from './storage-contract.ts';

describe('every storage', () => {
  testStorage(async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'pagehive-storage-'));
    const { storage } = await openLocalStorage(dataDir, { expectedId: null });
    return { storage, [Symbol.asyncDispose]: () => rm(dataDir, { recursive: true, force: true }) };
  });
});

let dataDir: string;
let storage: Storage;
let id: string;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'pagehive-storage-'));
  ({ storage, id } = await openLocalStorage(dataDir, { expectedId: null }));
});

afterEach(async () => {
  await rm(dataDir, { recursive: true, force: true });
});

async function filesOnDisk(): Promise<string[]> {
  const entries = await readdir(join(dataDir, 'storage'), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
}

describe('put', () => {
  test('leaves one file of several concurrent puts to the same key', async () => {
    const contents = Array.from({ length: 20 }, (_, n) => Buffer.alloc(200_000, n));
    await Promise.all(contents.map((bytes) => storage.put('jobs/1/a', Readable.from([bytes, bytes]), noLimit)));
    expect((await filesOnDisk()).sort()).toEqual(['a', 'storage-id']);
  });

  test('leaves no folder whose last object is removed', async () => {
    await storage.put('jobs/1/a', bytesOf('x'), noLimit);
    await storage.remove('jobs/1/a');
    expect(await readdir(join(dataDir, 'storage', 'objects'))).toEqual([]);
  });

  test('does not read the next chunk from the source before the previous one is written', async () => {
    let asked = 0;
    async function* source() {
      for (; asked < 3; asked += 1) {
        const [name] = await readdir(join(dataDir, 'storage', 'incoming'));
        expect(await readFile(join(dataDir, 'storage', 'incoming', name ?? ''), 'utf8')).toBe('x'.repeat(asked));
        yield Buffer.from('x');
      }
    }
    await storage.put('a', source(), noLimit);
    expect(asked).toBe(3);
  });
});

describe('a failed put', () => {
  test.each(['limit', 'source', 'abort'])('leaves no file: %s', async (reason) => {
    const abort = new AbortController();
    async function* source() {
      yield Buffer.from('123456');
      if (reason === 'source') throw new Error('the line is dead');
      if (reason === 'abort') abort.abort(new Error('cancelled'));
    }
    const maxBytes = reason === 'limit' ? 5 : 100;
    await expect(storage.put('a', source(), { maxBytes, signal: abort.signal })).rejects.toThrow();
    expect(await filesOnDisk()).toEqual(['storage-id']);
  });

  test('throws StorageError when its folder is missing', async () => {
    await rm(join(dataDir, 'storage'), { recursive: true });
    await expect(storage.put('a', bytesOf('x'), noLimit)).rejects.toThrow(StorageError);
  });

  test('throws StorageError when it cannot write', async () => {
    const incoming = join(dataDir, 'storage', 'incoming');
    await rm(incoming, { recursive: true });
    // Permissions would not stop root from writing, so a file replaces the folder.
    await writeFile(incoming, '');
    await expect(storage.put('a', bytesOf('x'), noLimit)).rejects.toThrow(StorageError);
  });
});

describe('opening', () => {
  test('returns the same id to every process, even to those that create it together', async () => {
    const fresh = join(dataDir, 'fresh');
    const opened = await Promise.all(Array.from({ length: 10 }, () => openLocalStorage(fresh, { expectedId: null })));
    expect(new Set(opened.map((each) => each.id)).size).toBe(1);
    const again = await openLocalStorage(fresh, { expectedId: opened[0]?.id ?? '' });
    expect(again.id).toBe(opened[0]?.id);
  });

  test('refuses the folder of another database and names DATA_DIR', async () => {
    const other = '00000000-0000-4000-8000-000000000000';
    await expect(openLocalStorage(dataDir, { expectedId: other })).rejects.toThrow(StorageMismatchError);
    await expect(openLocalStorage(dataDir, { expectedId: other })).rejects.toThrow(/DATA_DIR/);
  });

  test('refuses an empty folder for a database that has a storage, and creates nothing in it', async () => {
    const elsewhere = join(dataDir, 'elsewhere');
    await expect(openLocalStorage(elsewhere, { expectedId: id })).rejects.toThrow(/DATA_DIR/);
    await expect(readdir(elsewhere)).rejects.toThrow(/ENOENT/);
  });

  test('removes half-written files older than a day, and no younger ones', async () => {
    const incoming = join(dataDir, 'storage', 'incoming');
    await writeFile(join(incoming, 'old'), 'x');
    await writeFile(join(incoming, 'young'), 'x');
    const twoDaysAgo = new Date(Date.now() - 2 * 24 * 60 * 60 * 1000);
    await utimes(join(incoming, 'old'), twoDaysAgo, twoDaysAgo);
    await openLocalStorage(dataDir, { expectedId: id });
    expect(await readdir(incoming)).toEqual(['young']);
  });
});
