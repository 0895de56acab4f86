import { deflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { extractAll, requestFor } from './extracting.ts';
import { ownDocument } from './own-document.ts';

const MiB = 1024 ** 2;

/** A document of one empty page whose XMP packet is a stream with the given filters. */
function withPacket(filter: string, body: Buffer): Buffer {
  const objects: Buffer[] = [
    Buffer.from('<</Type/Catalog/Pages 2 0 R/Metadata 4 0 R>>'),
    Buffer.from('<</Type/Pages/Kids[3 0 R]/Count 1>>'),
    Buffer.from('<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>'),
    Buffer.concat([
      Buffer.from(`<</Type/Metadata/Subtype/XML/Filter${filter}/Length ${body.length}>>stream\n`),
      body,
      Buffer.from('\nendstream'),
    ]),
  ];
  const parts = objects.map((object, index) =>
    Buffer.concat([Buffer.from(`${index + 1} 0 obj\n`), object, Buffer.from('\nendobj\n')]),
  );
  return Buffer.concat([Buffer.from('%PDF-1.7\n'), ...parts, Buffer.from('trailer\n<</Size 5/Root 1 0 R>>\n%%EOF\n')]);
}

const packet = Buffer.from('<x:xmpmeta>A packet.</x:xmpmeta>');
const bomb = Buffer.concat([packet, Buffer.alloc(200 * MiB, ' ')]);

const documents: [string, string, () => Buffer, string | null][] = [
  ['a packet', '/FlateDecode', () => deflateSync(packet), packet.toString()],
  ['a packet packed twice', '[/FlateDecode /FlateDecode]', () => deflateSync(deflateSync(packet)), packet.toString()],
  ['a bomb', '/FlateDecode', () => deflateSync(bomb), null],
  ['a bomb packed twice', '[/FlateDecode /FlateDecode]', () => deflateSync(deflateSync(bomb)), null],
  ['a bomb behind another filter', '[/RunLengthDecode /FlateDecode]', () => runLength(deflateSync(bomb)), null],
  ['a packet with filters elsewhere', ' 5 0 R', () => deflateSync(packet), null],
];

/** Packs bytes for the RunLengthDecode filter, without making them shorter. */
function runLength(bytes: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += 128) {
    const part = bytes.subarray(at, at + 128);
    parts.push(Buffer.from([part.length - 1]), part);
  }
  return Buffer.concat([...parts, Buffer.from([128])]);
}

describe.each(documents)('a document whose XMP is %s', (_, filter, body, expected) => {
  const { path, pool } = ownDocument(() => withPacket(filter, body()));

  test('is read, with the packet as far as it is safe to unpack', async () => {
    const { facts, pages } = await extractAll(pool, { ...requestFor('one-page'), path });
    expect(pages).toHaveLength(1);
    expect(facts.metadata.xmp).toBe(expected);
  });
});
