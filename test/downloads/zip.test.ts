import { describe, expect, it } from 'vitest';
import { type ZipEntry, zip } from '../../src/api/downloads/zip.ts';
import { unzip } from './fetching.ts';

const modifiedAt = new Date('2024-05-06T07:08:10Z');

async function* entriesOf(files: Record<string, () => AsyncIterable<string>>): AsyncGenerator<ZipEntry> {
  for (const [path, content] of Object.entries(files)) yield { path, modifiedAt, content };
}

async function* texts(...parts: string[]): AsyncGenerator<string> {
  yield* parts;
}

async function bytesOf(archive: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of archive) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe('zip', () => {
  it('holds files with any name, and empty files', async () => {
    const archive = zip(entriesOf({ 'ä 🧀.md': () => texts('one', ' two'), 'empty.txt': () => texts() }));
    expect([...unzip(await bytesOf(archive))]).toEqual([
      ['ä 🧀.md', 'one two'],
      ['empty.txt', ''],
    ]);
  });

  it('is a valid archive without files', async () => {
    expect(unzip(await bytesOf(zip(entriesOf({})))).size).toBe(0);
  });

  it('throws the error of reading a file, and reads no further file', async () => {
    async function* broken(): AsyncGenerator<string> {
      yield 'a part';
      throw new Error('gone');
    }
    let later = false;
    const archive = zip(
      entriesOf({
        'a.txt': broken,
        'b.txt': () => {
          later = true;
          return texts('b');
        },
      }),
    );
    await expect(bytesOf(archive)).rejects.toThrow('gone');
    expect(later).toBe(false);
  });

  it('throws the error of listing the files', async () => {
    async function* entries(): AsyncGenerator<ZipEntry> {
      yield { path: 'a.txt', modifiedAt, content: () => texts('a') };
      throw new Error('no list');
    }
    await expect(bytesOf(zip(entries()))).rejects.toThrow('no list');
  });

  it('stops reading files and list when it is left early', async () => {
    const ended: string[] = [];
    async function* endless(): AsyncGenerator<string> {
      try {
        for (;;) yield Array.from({ length: 1_000 }, Math.random).join();
      } finally {
        ended.push('file');
      }
    }
    async function* entries(): AsyncGenerator<ZipEntry> {
      try {
        yield { path: 'a.txt', modifiedAt, content: endless };
      } finally {
        ended.push('list');
      }
    }
    for await (const chunk of zip(entries())) if (chunk.length > 1_000) break;
    expect(ended.sort()).toEqual(['file', 'list']);
  });
});
