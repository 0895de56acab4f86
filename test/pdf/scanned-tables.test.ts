import { mkdtempSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCanvas } from '@napi-rs/canvas';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OcrRequest } from '../../src/pdf/model/extraction.ts';
import { prepareOcr } from '../../src/pdf/ocr/ocr-data.ts';
import { extractAll, newPool, requestFor } from './extracting.ts';
import { type Draw, lines, scansOf } from './scans.ts';

const folder = mkdtempSync(join(tmpdir(), 'pagehive-scanned-'));
const pool = newPool({ readable: [folder] });
let ocr: OcrRequest;

beforeAll(async () => {
  ocr = await prepareOcr(['eng'], folder);
  await pool.start();
});
afterAll(async () => {
  await pool[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

/** Returns the Markdown of a sheet that was scanned, turned by some degrees. */
async function markdownOf(draw: Draw, turned = 0): Promise<string> {
  const path = join(folder, 'scan.pdf');
  await writeFile(path, await scansOf([{ draw, turned }]));
  const { pages } = await extractAll(pool, requestFor('scanned', { path, ocr }));
  return pages.map(({ markdown }) => markdown).join('\n');
}

const harvest = [
  ['Meadow', 'Honey', 'Keeper'],
  ['Clover', '42 kg', 'Martha'],
  ['Heather', '17 kg', 'Johannes'],
  ['Acacia', '25 kg', 'Friederike'],
];
const table = harvest
  .map((row) => `| ${row.join(' | ')} |`)
  .toSpliced(1, 0, '| --- | --- | --- |')
  .join('\n');
const [columns, row, top] = [[30, 130, 230, 330], 24, 50];

function text(page: PDFKit.PDFDocument): void {
  page.fontSize(11).fillColor('black').text('What the keepers brought home:', 30, 26);
  for (const [y, cells] of harvest.entries()) {
    for (const [x, cell] of cells.entries()) page.text(cell, (columns[x] ?? 0) + 8, top + y * row + 7);
  }
}

/** Draws horizontal lines at these rows, and vertical ones if requested. */
function ruled(rows: number[], down: boolean): Draw {
  return (page) => {
    text(page);
    page.lineWidth(0.7);
    for (const y of rows)
      page
        .moveTo(30, top + y * row)
        .lineTo(330, top + y * row)
        .stroke();
    if (down)
      for (const x of columns)
        page
          .moveTo(x, top)
          .lineTo(x, top + 4 * row)
          .stroke();
  };
}

function shaded(page: PDFKit.PDFDocument): void {
  for (const y of [0, 2]) page.rect(30, top + y * row, 300, row).fill('#d8d8d8');
  page.lineWidth(0.7);
  for (const x of columns)
    page
      .moveTo(x, top)
      .lineTo(x, top + 4 * row)
      .stroke();
  text(page);
}

describe('a table in a scan', () => {
  it.each([
    ['with lines around its cells', ruled([0, 1, 2, 3, 4], true), 0],
    ['with lines around its cells, slightly skewed', ruled([0, 1, 2, 3, 4], true), 0.5],
    ['upside down', ruled([0, 1, 2, 3, 4], true), 180],
    ['with lines between its columns, and shaded rows', shaded, 0],
    ['with lines around its head and at its end', ruled([0, 1, 4], false), 0],
  ])('%s becomes a table', async (_, draw, turned) => {
    expect(await markdownOf(draw, turned)).toBe(`What the keepers brought home:\n\n${table}`);
  });

  it('has each of its words exactly once', async () => {
    const markdown = await markdownOf(ruled([0, 1, 2, 3, 4], true));
    for (const word of harvest.flat()) expect(markdown.split(word)).toHaveLength(2);
  });
});

describe('a drawing in a scan is not treated as a table', () => {
  it('if it is a chart', async () => {
    const markdown = await markdownOf((page) => {
      page.fontSize(11).text('Honey of five years', 30, 26).lineWidth(0.7);
      for (const y of [50, 80, 110, 140]) page.moveTo(60, y).lineTo(330, y).stroke('#999');
      for (const [index, height] of [40, 65, 30, 80, 55].entries()) {
        const x = 75 + index * 52;
        page.rect(x, 140 - height, 30, height).fill(index % 2 === 0 ? '#555' : '#aaa');
        page.fillColor('black').text(String(2020 + index), x, 146);
      }
    });
    expect(markdown).toContain('Honey of five years');
    expect(markdown).not.toContain('|');
  });

  it('if it is a photo', async () => {
    const canvas = createCanvas(600, 300);
    const context = canvas.getContext('2d');
    for (let y = 0; y < 300; y += 10) {
      for (let x = 0; x < 600; x += 10) {
        context.fillStyle = `rgb(${(x * y) % 200}, ${(x + 3 * y) % 220}, ${(7 * x + y) % 180})`;
        context.fillRect(x, y, 10, 10);
      }
    }
    const markdown = await markdownOf((page) => {
      page.image(canvas.toBuffer('image/png'), 30, 60, { width: 300 });
      page.fontSize(11).text('The meadow behind the house in spring.', 30, 30);
    });
    expect(markdown).toContain('The meadow behind the house in spring.');
    expect(markdown).not.toMatch(/\||<td/);
  });
});

describe('bold lines of a scan', () => {
  it('are headings even in the size of the text', async () => {
    const paragraph = 'The keepers sold their honey in autumn, and every harvest was written down by hand.';
    const markdown = await markdownOf((page) => {
      page.fontSize(11).font('Helvetica-Bold').text('The honey of the year', 30, 30).moveDown(0.7).font('Helvetica');
      lines(paragraph)(page);
    });
    expect(markdown).toBe(`# The honey of the year\n\n${paragraph}`);
  });
});
