import { mkdtempSync } from 'node:fs';
import { readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assemble, stream } from '../../scripts/fixtures/raw-pdf.ts';
import type { ExtractedPage } from '../../src/pdf/model/document.ts';
import type { ExtractionRequest, OcrRequest, ReadingEvent } from '../../src/pdf/model/extraction.ts';
import { prepareOcr } from '../../src/pdf/ocr/ocr-data.ts';
import { extractAll, newPool, requestFor } from './extracting.ts';
import { garbledOf, lines, outlines, type Sheet, scansOf, shiftedOf } from './scans.ts';

const folder = mkdtempSync(join(tmpdir(), 'pagehive-ocr-'));
const pool = newPool({ readable: [folder] });
let ocr: OcrRequest;

const [honey, harvest] = ['The keepers sold their honey in autumn.', 'Every harvest was written down by hand.'];

beforeAll(async () => {
  ocr = await prepareOcr(['eng'], folder);
  await pool.start();
});
afterAll(async () => {
  await pool[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

async function request(sheets: Sheet[], more: Partial<ExtractionRequest> = {}): Promise<ExtractionRequest> {
  const path = join(folder, 'scan.pdf');
  await writeFile(path, await scansOf(sheets));
  return requestFor('scanned', { path, ocr, ...more });
}

async function firstPage(sheets: Sheet[], more: Partial<ExtractionRequest> = {}): Promise<ExtractedPage> {
  const [page] = (await extractAll(pool, await request(sheets, more))).pages;
  if (page === undefined) throw new Error('no page');
  return page;
}

const read = { outcome: 'READ', languages: ['eng'], confidence: expect.closeTo(0.95, 1) };

describe('OCR', () => {
  it('reads a page that is a picture, and leaves pages with text unchanged', async () => {
    const sheets = [{ draw: lines(honey, harvest) }, { draw: lines(honey, harvest, 'Here as text.'), scanned: false }];
    const { pages, key } = await extractAll(pool, await request(sheets));
    const without = await extractAll(pool, await request(sheets, { ocr: null }));
    expect(pages[0]).toMatchObject({ text: `${honey}\n${harvest}`, details: { ocrReason: 'SCANNED', ocr: read } });
    expect(pages[0]?.details.blocks).toMatchObject([
      { kind: 'PARAGRAPH', text: `${honey}\n${harvest}`, x: expect.closeTo(30, 0) },
    ]);
    expect(pages[1]).toEqual(without.pages[1]);
    expect(without.pages[0]).toMatchObject({ text: '', details: { ocrReason: 'SCANNED', ocr: null } });
    expect(key).not.toBe(without.key);
    expect(key).toContain('eng@');
  });

  it.each(['word', 'letter'] as const)('reads a page whose letters are outlines, drawn by the %s', async (part) => {
    const texts = [honey, harvest, 'The bees knew nothing of it at all.'];
    const sheets = [{ draw: outlines(part, ...texts), scanned: false }];
    for (const engine of ['PDFIUM', 'PDFJS'] as const) {
      const page = await firstPage(sheets, { engine });
      expect(page).toMatchObject({ text: texts.join('\n'), details: { ocrReason: 'DRAWN', ocr: read } });
      expect(await firstPage(sheets, { engine, ocr: null })).toMatchObject({
        text: '',
        details: { ocrReason: 'DRAWN', ocr: null },
      });
    }
  });

  it('does not mistake the marks of a chart for letters', async () => {
    const chart = (page: PDFKit.PDFDocument) => {
      for (let mark = 0; mark < 400; mark += 1)
        page.circle(20 + ((mark * 37) % 320), 20 + ((mark * 11) % 160), 3).fill();
      page.path('M 20 180 Q 100 20 340 100 L 340 104 Q 100 24 20 184 Z').fill();
    };
    for (const engine of ['PDFIUM', 'PDFJS'] as const) {
      const page = await firstPage([{ draw: chart, scanned: false }], { engine });
      expect(page).toMatchObject({ text: '', details: { ocrReason: null, ocr: null } });
    }
  });

  it('keeps the few letters beside a picture, without duplicates', async () => {
    const over = (page: PDFKit.PDFDocument) => page.fontSize(12).text('Page 7', 30, 150);
    const page = await firstPage([{ draw: lines(honey), over }]);
    expect(page).toMatchObject({ text: `${honey}\n\nPage 7`, details: { ocrReason: 'SCANNED', ocr: read } });
  });

  it.each([90, 180, 270])('reads a page that was scanned turned by %i degrees', async (turned) => {
    const page = await firstPage([{ draw: lines(honey, harvest), turned }]);
    expect(page).toMatchObject({ text: `${honey}\n${harvest}`, details: { ocr: read } });
  });

  it('reads a page whose fonts do not identify their letters', async () => {
    const path = join(folder, 'garbled.pdf');
    await writeFile(path, await garbledOf(honey, harvest));
    const [without] = (await extractAll(pool, requestFor('scanned', { path }))).pages;
    expect(without).toMatchObject({ text: '', details: { ocrReason: 'GARBLED', ocr: null } });
    const [page] = (await extractAll(pool, requestFor('scanned', { path, ocr }))).pages;
    expect(page).toMatchObject({ text: `${honey}\n${harvest}`, details: { ocrReason: 'GARBLED', ocr: read } });
  });

  it.each(['PDFIUM', 'PDFJS'] as const)('omits all text of a font that exposes glyph codes: %s', async (engine) => {
    const path = join(folder, 'shifted.pdf');
    await writeFile(path, await shiftedOf('field bee haven', 'trusty sprouts'));
    const [without] = (await extractAll(pool, requestFor('scanned', { path, engine }))).pages;
    expect(without).toMatchObject({ text: '', details: { ocrReason: 'GARBLED' } });
    const [page] = (await extractAll(pool, requestFor('scanned', { path, engine, ocr }))).pages;
    expect(page).toMatchObject({ text: 'field bee haven\ntrusty sprouts', details: { ocr: read } });
  });

  it('keeps letters of two bytes whose first one means nothing', async () => {
    const path = join(folder, 'bytes.pdf');
    const letters = [...'BEES'].map((letter) => `\\000${letter}`).join('');
    await writeFile(
      path,
      assemble([
        '<< /Type /Catalog /Pages 2 0 R >>',
        '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
        '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
        stream(`BT /F1 12 Tf 40 100 Td (${letters}) Tj ET`),
        '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
      ]),
    );
    const { pages } = await extractAll(pool, requestFor('scanned', { path, engine: 'PDFJS' }));
    expect(pages[0]?.text).toBe('BEES');
  });

  it('takes no more memory for a page that claims to be a kilometre wide', async () => {
    const page = await firstPage([{ draw: lines(honey, harvest), scale: 10_000 }]);
    expect(page).toMatchObject({ width: 3_600_000, text: `${honey}\n${harvest}`, details: { ocr: read } });
  });

  it('reports that there is nothing to read', async () => {
    const { pages } = await extractAll(pool, requestFor('scanned', { ocr }));
    const nothing = { outcome: 'NOTHING_FOUND', languages: ['eng'], confidence: null };
    expect(pages[0]).toMatchObject({ text: '', details: { ocrReason: 'SCANNED', ocr: nothing } });
  });

  it('also reads pages of PDFJS, unless it crashed on the document before', async () => {
    const sheets = [{ draw: lines(honey) }];
    expect(await firstPage(sheets, { engine: 'PDFJS' })).toMatchObject({ text: honey, details: { ocr: read } });
    const avoided = await firstPage(sheets, { avoid: ['OCR'] });
    expect(avoided).toMatchObject({ text: '', details: { engine: 'PDFIUM', ocr: { outcome: 'UNAVAILABLE' } } });
  });

  it('announces each page, with the number of finished pages in the group', async () => {
    const sheets = [{ draw: lines(honey, harvest), scanned: false }, { draw: lines(honey) }, { draw: lines(harvest) }];
    const readings: ReadingEvent[] = [];
    for await (const event of pool.extract(await request(sheets), new AbortController().signal)) {
      if (event.type !== 'reading' || event.engine !== 'OCR') continue;
      // A page may take several attempts, each of which is reported.
      if (readings.at(-1)?.page !== event.page) readings.push(event);
    }
    expect(readings).toMatchObject([
      { page: 2, pages: 1, pagesReady: 1 },
      { page: 3, pages: 1, pagesReady: 2 },
    ]);
  });

  it('continues after the stored groups, with the same pages', async () => {
    const sheets = Array.from({ length: 18 }, (_, index) => ({ draw: lines(`Sheet ${index + 1}.`, honey) }));
    const whole = await request(sheets, { pages: '1,17-18' });
    const { key, pages, groups } = await extractAll(pool, whole);
    expect(groups).toHaveLength(2);
    const rest = await extractAll(pool, { ...whole, stored: { key, pages: [{ first: 1, last: 1 }], unreadable: [] } });
    expect(rest).toMatchObject({ key, pagesStored: 1, pages: pages.slice(1) });
    const other = await extractAll(pool, {
      ...whole,
      ocr: null,
      stored: { key, pages: [{ first: 1, last: 1 }], unreadable: [] },
    });
    expect(other.pagesStored).toBe(0);
  });
});

describe('its data', () => {
  it('is unpacked once and completely under concurrency', async () => {
    const place = join(folder, 'data');
    const [first, ...others] = await Promise.all(Array.from({ length: 4 }, () => prepareOcr(['eng'], place)));
    expect(others).toEqual([first, first, first]);
    expect(await readdir(first?.dataPath ?? '')).toEqual(['eng.traineddata']);
  });

  it('is unpacked again if it is incomplete', async () => {
    const { dataPath } = await prepareOcr(['eng'], join(folder, 'cut'));
    await truncate(join(dataPath, 'eng.traineddata'), 1_000);
    const again = await prepareOcr(['eng'], join(folder, 'cut'));
    expect(await firstPage([{ draw: lines(honey) }], { ocr: again })).toMatchObject({ text: honey });
  });

  it('is never downloaded: a language without it is refused, and missing data fails the attempt', async () => {
    const missing = prepareOcr(['eng', 'tlh'], folder);
    await expect(missing).rejects.toMatchObject({
      code: 'OCR_LANGUAGE_MISSING',
      message: expect.stringContaining('@tesseract.js-data/tlh'),
    });
    const { dataPath, ...others } = await prepareOcr(['eng'], join(folder, 'gone'));
    await rm(dataPath, { recursive: true });
    await expect(firstPage([{ draw: lines(honey) }], { ocr: { dataPath, ...others } })).rejects.toMatchObject({
      code: 'STORAGE_UNAVAILABLE',
    });
  });
});
