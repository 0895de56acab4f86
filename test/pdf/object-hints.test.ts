import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readObjectHints } from '../../src/pdf/file/object-hints.ts';

const plain = (objects: string) => Buffer.from(`%PDF-1.7\n1 0 obj\n<< ${objects} >>\nendobj\n`);
const packed = (objects: string) =>
  Buffer.concat([
    Buffer.from('%PDF-1.7\n1 0 obj\n<< /Type /ObjStm /Filter /FlateDecode >>\nstream\n'),
    deflateSync(`<< ${objects} >>`),
    Buffer.from('\nendstream\nendobj\n'),
  ]);

describe.each([
  ['plain', plain],
  ['packed', packed],
])('%s objects', (_, file) => {
  it.each([
    ['/Type /Page', false],
    ['/Type /Page /Rotate 0 /Parent 2 0 R', false],
    ['/Type /Page /Rotate 0', false],
    ['/Type /Page /Rotate 90', true],
    ['/Type /Page /Rotate\n270 /Parent 2 0 R', true],
    ['/Type /Page /Rotate -90', true],
    ['/Type /Page /Rotate 0 0 R', true],
  ])('%j may turn a page: %s', (objects, rotations) => {
    expect(readObjectHints(file(objects)).rotations).toBe(rotations);
  });

  it('may pin files to pages if they have such annotations', () => {
    expect(readObjectHints(file('/Subtype /FileAttachment')).pinnedFiles).toBe(true);
    expect(readObjectHints(file('/Subtype /Link')).pinnedFiles).toBe(false);
  });
});

it('encrypted objects may hold anything', () => {
  expect(readObjectHints(plain('/Encrypt 7 0 R'))).toEqual({ pinnedFiles: true, rotations: true });
});
