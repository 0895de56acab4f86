import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ObjectMissingError, SizeLimitError, type Storage } from '../../src/storage/storage.ts';

export interface OpenedStorage extends AsyncDisposable {
  /** Empty. */
  storage: Storage;
}

export function bytesOf(...chunks: string[]): Readable {
  return Readable.from(chunks.map((chunk) => Buffer.from(chunk)));
}

export const noLimit = { maxBytes: Number.MAX_SAFE_INTEGER };

export async function keysOf(storage: Storage, folder?: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { key } of storage.list(folder)) found.push(key);
  return found.sort();
}

const invalidKeys = [
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

/** What `Storage` promises, whatever stores the bytes. Each kind of storage calls this from its own test file. */
export function testStorage(open: () => Promise<OpenedStorage>): void {
  let opened: OpenedStorage;
  let storage: Storage;
  beforeEach(async () => {
    opened = await open();
    storage = opened.storage;
  });
  afterEach(() => opened[Symbol.asyncDispose]());

  describe('put and get', () => {
    test('return what was stored, with its size and hash', async () => {
      const stored = await storage.put('sources/src_1', bytesOf('hello ', 'world'), noLimit);
      expect(stored).toEqual({ bytes: 11, sha256: createHash('sha256').update('hello world').digest('hex') });
      expect(await text(await storage.get('sources/src_1'))).toBe('hello world');
      expect(await storage.stat('sources/src_1')).toEqual({ bytes: 11, modifiedAt: expect.any(Date) });
    });

    test('read a range, including both ends', async () => {
      await storage.put('a', bytesOf('0123456789'), noLimit);
      expect(await text(await storage.get('a', { first: 2, last: 4 }))).toBe('234');
      expect(await text(await storage.get('a', { first: 9, last: 9 }))).toBe('9');
    });

    test('store an empty object', async () => {
      expect((await storage.put('a', bytesOf(), noLimit)).bytes).toBe(0);
      expect(await storage.stat('a')).toMatchObject({ bytes: 0 });
      expect(await text(await storage.get('a'))).toBe('');
    });

    test('replace an object while its old bytes are being read', async () => {
      await storage.put('a', bytesOf('old'), noLimit);
      const reading = await storage.get('a');
      await storage.put('a', bytesOf('new'), noLimit);
      expect(await text(reading)).toBe('old');
      expect(await text(await storage.get('a'))).toBe('new');
    });

    test('keep exactly one of several concurrent puts to the same key, complete', async () => {
      const contents = Array.from({ length: 20 }, (_, n) => Buffer.alloc(200_000, n));
      await Promise.all(contents.map((bytes) => storage.put('jobs/1/a', Readable.from([bytes, bytes]), noLimit)));
      const kept = await buffer(await storage.get('jobs/1/a'));
      expect(kept.byteLength).toBe(400_000);
      expect(new Set(kept).size).toBe(1);
      expect(await keysOf(storage)).toEqual(['jobs/1/a']);
    });

    test('store into a folder whose last object is removed again and again', async () => {
      const rounds = Array.from({ length: 40 }, (_, n) => n);
      await Promise.all(
        rounds.map(async (n) => {
          await storage.put(`jobs/1/part-${n}`, bytesOf('x'), noLimit);
          await storage.remove(`jobs/1/part-${n}`);
        }),
      );
      expect(await keysOf(storage)).toEqual([]);
    });
  });

  describe('withLocalFile', () => {
    test('provides a path while it is used, and returns the result', async () => {
      await storage.put('a', bytesOf('hello'), noLimit);
      expect(await storage.withLocalFile('a', (path) => readFile(path, 'utf8'))).toBe('hello');
    });

    test('passes the error of its user on', async () => {
      await storage.put('a', bytesOf('hello'), noLimit);
      const failing = storage.withLocalFile('a', () => Promise.reject(new Error('the engine crashed')));
      await expect(failing).rejects.toThrow('the engine crashed');
      expect(await text(await storage.get('a'))).toBe('hello');
    });

    test('provides a path without a file when the object is missing', async () => {
      expect(await storage.withLocalFile('a', async (path) => existsSync(path))).toBe(false);
    });
  });

  describe('a failed put', () => {
    test('refuses one byte over the limit, and accepts the limit itself', async () => {
      await expect(storage.put('a', bytesOf('12345', '6'), { maxBytes: 5 })).rejects.toThrow(SizeLimitError);
      expect(await keysOf(storage)).toEqual([]);
      await storage.put('a', bytesOf('12345'), { maxBytes: 5 });
    });

    test('throws the error of the source', async () => {
      async function* broken() {
        yield Buffer.from('some');
        throw new Error('the line is dead');
      }
      await expect(storage.put('a', broken(), noLimit)).rejects.toThrow('the line is dead');
      expect(await keysOf(storage)).toEqual([]);
    });

    test('ends with the reason of an abort, even after the last byte', async () => {
      const abort = new AbortController();
      async function* source() {
        yield Buffer.from('all of it');
        abort.abort(new Error('cancelled'));
      }
      await expect(storage.put('a', source(), { ...noLimit, signal: abort.signal })).rejects.toThrow('cancelled');
      expect(await keysOf(storage)).toEqual([]);
    });

    test('keeps the old object', async () => {
      await storage.put('a', bytesOf('old'), noLimit);
      await expect(storage.put('a', bytesOf('too long'), { maxBytes: 4 })).rejects.toThrow(SizeLimitError);
      expect(await text(await storage.get('a'))).toBe('old');
    });
  });

  describe('keys', () => {
    test.each(invalidKeys)('such as %j are refused everywhere', async (key) => {
      await expect(storage.put(key, bytesOf('x'), noLimit)).rejects.toThrow(TypeError);
      await expect(storage.get(key)).rejects.toThrow(TypeError);
      await expect(storage.stat(key)).rejects.toThrow(TypeError);
      await expect(storage.remove(key)).rejects.toThrow(TypeError);
      await expect(storage.withLocalFile(key, async () => 0)).rejects.toThrow(TypeError);
      await expect(keysOf(storage, key)).rejects.toThrow(TypeError);
    });

    test('without an object are reported as missing', async () => {
      await expect(storage.get('a/b')).rejects.toThrow(ObjectMissingError);
      expect(await storage.stat('a')).toBeNull();
      await storage.remove('a');
    });

    test('are missing once their object is removed', async () => {
      await storage.put('a', bytesOf('x'), noLimit);
      await storage.remove('a');
      await expect(storage.get('a')).rejects.toThrow(ObjectMissingError);
      expect(await storage.stat('a')).toBeNull();
      expect(await keysOf(storage)).toEqual([]);
    });

    test('are listed together, or by folder', async () => {
      for (const key of ['a', 'results/job_1/1.json', 'results/job_1/2.json', 'results/job_10/1.json']) {
        await storage.put(key, bytesOf('x'), noLimit);
      }
      expect(await keysOf(storage)).toEqual([
        'a',
        'results/job_1/1.json',
        'results/job_1/2.json',
        'results/job_10/1.json',
      ]);
      expect(await keysOf(storage, 'results/job_1')).toEqual(['results/job_1/1.json', 'results/job_1/2.json']);
      expect(await keysOf(storage, 'nothing')).toEqual([]);
    });
  });
}
