import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FileBytes } from '../../src/pdf/file/file-bytes.ts';
import { mayPinFiles } from '../../src/pdf/file/pinned-files.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pagehive-test-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

const plain = (objects: string) => Buffer.from(`%PDF-1.7\n1 0 obj\n<< ${objects} >>\nendobj\n`);
const packed = (objects: string, beside = '') =>
  Buffer.concat([
    Buffer.from(`%PDF-1.7\n1 0 obj\n<< /Type /ObjStm /Filter /FlateDecode >>\nstream\n`),
    deflateSync(`<< ${objects} >>`),
    Buffer.from(`\nendstream\nendobj\n${beside}`),
  ]);

it.each([
  ['an annotation that attaches a file', plain('/Subtype /FileAttachment'), true],
  ['other annotations', plain('/Subtype /Link'), false],
  ['such an annotation in an object stream', packed('/Subtype /FileAttachment'), true],
  ['other annotations in an object stream', packed('/Subtype /Link'), false],
  ['an encrypted object stream', packed('/Subtype /Link', 'trailer << /Encrypt 7 0 R >>'), true],
])('searches a document for pinned files: %s', async (name, bytes, expected) => {
  const path = join(folder, name);
  await writeFile(path, bytes);
  using file = new FileBytes(path);
  expect(mayPinFiles(file)).toBe(expected);
});
