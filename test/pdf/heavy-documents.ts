import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { createDeflate } from 'node:zlib';

const MiB = 1024 ** 2;

export interface HeavyDocument extends AsyncDisposable {
  path: string;
}

/** A document of a kilobyte whose only page takes hundreds of megabytes once it is decompressed. */
export async function memoryBomb(): Promise<HeavyDocument> {
  const spaces = Readable.from(Array.from({ length: 320 }, () => Buffer.alloc(MiB, ' ')));
  const content = await buffer(spaces.pipe(createDeflate()).pipe(createDeflate()));
  return onDisk(pdfOf(content, '/Filter [/FlateDecode /FlateDecode]', ''));
}

/** A document that keeps the main thread of its process too busy to respond: words × boxes of a link. */
export async function longBlocker(): Promise<HeavyDocument> {
  const words = Array.from(
    { length: 2_000 },
    (_, n) => `1 0 0 1 ${(n % 50) * 10} ${Math.floor(n / 50) * 15} Tm (w) Tj`,
  );
  const boxes = '9 14 14 14 9 9 14 9 '.repeat(20_000);
  const target = '/A << /S /URI /URI (https://example.org/) >>';
  const link = `<< /Type /Annot /Subtype /Link /Rect [9 9 14 14] /QuadPoints [${boxes}] ${target} >>`;
  return onDisk(pdfOf(Buffer.from(`BT /F1 9 Tf ${words.join('\n')} ET`), '', `/Annots [${link}]`));
}

/** A document with one page. It has no cross-reference table, so every reader scans the file for objects. */
function pdfOf(content: Buffer, streamEntries: string, pageEntries: string): Buffer {
  const font = '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>';
  const page = `/Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 ${font} >> >> /Contents 4 0 R`;
  return Buffer.concat([
    Buffer.from('%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n'),
    Buffer.from('2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n'),
    Buffer.from(`3 0 obj\n<< ${page} ${pageEntries} >>\nendobj\n`),
    Buffer.from(`4 0 obj\n<< /Length ${content.length} ${streamEntries} >>\nstream\n`),
    content,
    Buffer.from('\nendstream\nendobj\ntrailer\n<< /Root 1 0 R >>\n'),
  ]);
}

async function onDisk(bytes: Buffer): Promise<HeavyDocument> {
  const folder = await mkdtemp(join(tmpdir(), 'pagehive-test-'));
  const path = join(folder, 'heavy.pdf');
  await writeFile(path, bytes);
  return { path, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
}
