import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openLocalStorage } from '../../src/storage/local-storage.ts';
import {
  ObjectMissingError,
  SizeLimitError,
  type Storage,
  StorageError,
  StorageMismatchError,
} from '../../src/storage/storage.ts';

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

function bytesOf(...chunks: string[]): Readable {
  return Readable.from(chunks.map((chunk) => Buffer.from(chunk)));
}

const noLimit = { maxBytes: Number.MAX_SAFE_INTEGER };

async function keys(folder?: string): Promise<string[]> {
  const found: string[] = [];
  for await (const object of storage.list(folder)) {
    found.push(object.key);
  }
  return found.sort();
}

async function filesOnDisk(): Promise<string[]> {
  const entries = await readdir(join(dataDir, 'storage'), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
}

describe('put and get', () => {
  test('returns what was stored, with its size and hash', async () => {
    const stored = await storage.put('sources/src_1', bytesOf('hello ', 'world'), noLimit);
    expect(stored).toEqual({ bytes: 11, sha256: createHash('sha256').update('hello world').digest('hex') });
    expect(await text(await storage.get('sources/src_1'))).toBe('hello world');
    expect(await storage.stat('sources/src_1')).toEqual({ bytes: 11, modifiedAt: expect.any(Date) });
  });

  test('reads a range, including both ends', async () => {
    await storage.put('a', bytesOf('0123456789'), noLimit);
    expect(await text(await storage.get('a', { first: 2, last: 4 }))).toBe('234');
  });

  test('stores an empty object', async () => {
    expect((await storage.put('a', bytesOf(), noLimit)).bytes).toBe(0);
    expect(await storage.stat('a')).toMatchObject({ bytes: 0 });
  });

  test('replaces an object while its old bytes are being read', async () => {
    await storage.put('a', bytesOf('old'), noLimit);
    const reading = await storage.get('a');
    await storage.put('a', bytesOf('new'), noLimit);
    expect(await text(reading)).toBe('old');
    expect(await text(await storage.get('a'))).toBe('new');
  });

  test('keeps exactly one of several concurrent puts to the same key, complete', async () => {
    const contents = Array.from({ length: 20 }, (_, n) => Buffer.alloc(200_000, n));
    await Promise.all(contents.map((bytes) => storage.put('jobs/1/a', Readable.from([bytes, bytes]), noLimit)));
    const kept = await buffer(await storage.get('jobs/1/a'));
    expect(kept.byteLength).toBe(400_000);
    expect(new Set(kept).size).toBe(1);
    expect(await filesOnDisk()).toEqual(expect.arrayContaining(['storage-id', 'a']));
    expect(await filesOnDisk()).toHaveLength(2);
  });

  test('stores into a folder whose last object is removed again and again', async () => {
    const rounds = Array.from({ length: 40 }, (_, n) => n);
    await Promise.all(
      rounds.map(async (n) => {
        await storage.put(`jobs/1/part-${n}`, bytesOf('x'), noLimit);
        await storage.remove(`jobs/1/part-${n}`);
      }),
    );
    expect(await keys()).toEqual([]);
    expect(await readdir(join(dataDir, 'storage', 'objects'))).toEqual([]);
  });

  test('provides a local path while it is used', async () => {
    await storage.put('a', bytesOf('hello'), noLimit);
    expect(await storage.withLocalFile('a', (path) => readFile(path, 'utf8'))).toBe('hello');
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

describe('a failed put leaves nothing', () => {
  test('refuses one byte over the limit, and accepts the limit itself', async () => {
    await expect(storage.put('a', bytesOf('12345', '6'), { maxBytes: 5 })).rejects.toThrow(SizeLimitError);
    expect(await filesOnDisk()).toEqual(['storage-id']);
    await storage.put('a', bytesOf('12345'), { maxBytes: 5 });
  });

  test('throws the error of the source', async () => {
    async function* broken() {
      yield Buffer.from('some');
      throw new Error('the line is dead');
    }
    await expect(storage.put('a', broken(), noLimit)).rejects.toThrow('the line is dead');
    expect(await filesOnDisk()).toEqual(['storage-id']);
  });

  test('ends with the reason of an abort, even after the last byte', async () => {
    const abort = new AbortController();
    async function* source() {
      yield Buffer.from('all of it');
      abort.abort(new Error('cancelled'));
    }
    await expect(storage.put('a', source(), { ...noLimit, signal: abort.signal })).rejects.toThrow('cancelled');
    expect(await filesOnDisk()).toEqual(['storage-id']);
  });

  test('keeps the old object when its replacement fails', async () => {
    await storage.put('a', bytesOf('old'), noLimit);
    await expect(storage.put('a', bytesOf('too long'), { maxBytes: 4 })).rejects.toThrow(SizeLimitError);
    expect(await text(await storage.get('a'))).toBe('old');
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

describe('keys', () => {
  const bad = [
    '',
    '/',
    '/etc/passwd',
    '../a',
    'a/../b',
    'a/..',
    './a',
    'a//b',
    'a/',
    '.a',
    'A',
    'a b',
    'a\\b',
    'a\0',
    'ä',
  ];

  test.each(bad)('refuses %j everywhere', async (key) => {
    await expect(storage.put(key, bytesOf('x'), noLimit)).rejects.toThrow(TypeError);
    await expect(storage.get(key)).rejects.toThrow(TypeError);
    await expect(storage.stat(key)).rejects.toThrow(TypeError);
    await expect(storage.remove(key)).rejects.toThrow(TypeError);
    await expect(storage.withLocalFile(key, async () => 0)).rejects.toThrow(TypeError);
    await expect(keys(key)).rejects.toThrow(TypeError);
  });

  test('reports a missing object', async () => {
    await expect(storage.get('a/b')).rejects.toThrow(ObjectMissingError);
    expect(await storage.stat('a')).toBeNull();
    await storage.remove('a');
  });

  test('lists all objects, or those of a folder', async () => {
    for (const key of ['a', 'results/job_1/1.json', 'results/job_1/2.json', 'results/job_10/1.json']) {
      await storage.put(key, bytesOf('x'), noLimit);
    }
    expect(await keys()).toEqual(['a', 'results/job_1/1.json', 'results/job_1/2.json', 'results/job_10/1.json']);
    expect(await keys('results/job_1')).toEqual(['results/job_1/1.json', 'results/job_1/2.json']);
    expect(await keys('nothing')).toEqual([]);
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
