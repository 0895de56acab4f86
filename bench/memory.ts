import { createWriteStream, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import PDFDocument from 'pdfkit';
import type { EngineName } from '../src/pdf/model/document.ts';
import { createExtractorPool } from '../src/pdf/process/extractor-pool.ts';
import { extractionRequest } from './lab/extraction-request.ts';

// Measures the memory that a document's length costs: the peak of the extractor process for 250 pages, and for ten
// times as many. Linux only.
//
//   npm run bench -- memory [FOLDER]
//
// Reads `short.pdf` and `long.pdf` from FOLDER instead, if given.

const sizes = { short: 250, long: 2_500 };
const syllables = 'ba ce di fo gu ha je ki lo mu na pe qui ro su ta ve wi xo zu'.split(' ');

/** Writes pages of prose, each with a heading and a small table, and some with links. */
async function write(path: string, pages: number): Promise<void> {
  const document = new PDFDocument({ autoFirstPage: false, size: 'A4' });
  const written = finished(document.pipe(createWriteStream(path)));
  let state = 1;
  const next = (below: number) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
  const word = () => Array.from({ length: 1 + next(4) }, () => syllables[next(syllables.length)]).join('');
  const words = (count: number) => Array.from({ length: count }, word).join(' ');
  for (let page = 1; page <= pages; page += 1) {
    document.addPage().font('Helvetica-Bold').fontSize(16).text(words(4));
    for (let paragraph = 0; paragraph < 5; paragraph += 1) {
      document
        .moveDown()
        .font('Times-Roman')
        .fontSize(11)
        .text(`${words(70)}.`);
    }
    const top = document.y + 20;
    for (let row = 0; row < 4; row += 1) {
      for (let column = 0; column < 4; column += 1) {
        const [x, y] = [72 + column * 110, top + row * 20];
        document.rect(x, y, 110, 20).stroke();
        document.text(word(), x + 5, y + 5, { lineBreak: false });
      }
    }
    if (page % 5 === 0) document.link(72, 72, 100, 16, `https://example.org/${page}`);
  }
  document.end();
  await written;
}

/** The peak memory of an extraction, in mebibytes. */
async function peak(path: string, engine: EngineName): Promise<number> {
  await using pool = createExtractorPool({ size: 1, memoryBytes: 4 * 1024 ** 3, recycleBytes: 4 * 1024 ** 3 });
  await pool.start();
  for await (const _ of pool.extract(extractionRequest(path, { engine }), new AbortController().signal));
  const [pid] = pool.processIds;
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

const made = process.argv[2] === undefined ? await mkdtemp(join(tmpdir(), 'pagehive-bench-')) : null;
const folder = made ?? process.argv[2] ?? '';
try {
  if (made !== null) {
    for (const [name, pages] of Object.entries(sizes)) await write(join(made, `${name}.pdf`), pages);
  }
  for (const engine of ['PDFIUM', 'PDFJS'] as const) {
    const [short, long] = [await peak(join(folder, 'short.pdf'), engine), await peak(join(folder, 'long.pdf'), engine)];
    console.log(`${engine}: ${short.toFixed(0)} MB, ${long.toFixed(0)} MB, ${(long / short).toFixed(2)}x`);
  }
} finally {
  if (made !== null) await rm(made, { recursive: true });
}
