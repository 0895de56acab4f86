import { describe, expect, test } from 'vitest';
import { identity } from '../../src/pdf/pdfium/matrix.ts';
import { PageCharacters } from '../../src/pdf/pdfium/page-characters.ts';
import { PathPoints } from '../../src/pdf/pdfium/path-points.ts';
import { Pdfium } from '../../src/pdf/pdfium/pdfium.ts';
import { PdfiumDocument } from '../../src/pdf/pdfium/pdfium-document.ts';
import { requestFor } from './extracting.ts';

const pathObject = 2;

describe('what is read from the memory of PDFium equals what its functions return', async () => {
  const pdfium = await Pdfium.start();
  const { api, numbers } = pdfium;
  const functions = new Map<string, unknown>(Object.entries(api));
  const call = (name: string, ...values: number[]): number => {
    const found = functions.get(name);
    if (typeof found !== 'function') throw new Error(`There is no ${name}.`);
    return Number(found(...values));
  };

  test.each(['layouts', 'cjk', 'rotated', 'table'])('for the characters of %s.pdf', (name) => {
    using document = PdfiumDocument.open(pdfium, requestFor(name).path, null);
    const page = api.FPDF_LoadPage(document.handle, 0);
    const text = api.FPDFText_LoadPage(page);
    const characters = new PageCharacters(pdfium, text);
    expect(characters.count).toBeGreaterThan(0);
    for (let index = 0; index < characters.count; index += 1) {
      characters.move(index);
      const { unicode, object, x, y, right } = characters;
      call('FPDFText_GetCharOrigin', text, index, numbers, numbers + 8);
      const origin = [pdfium.double(0), pdfium.double(1)];
      api.FPDFText_GetLooseCharBox(text, index, numbers);
      const expected = [api.FPDFText_GetUnicode(text, index), api.FPDFText_GetTextObject(text, index), ...origin];
      expect([unicode, object, x, y, right]).toEqual([...expected, pdfium.float(2)]);
    }
    api.FPDFText_ClosePage(text);
    api.FPDF_ClosePage(page);
  });

  test('for the paths of table.pdf', () => {
    using document = PdfiumDocument.open(pdfium, requestFor('table').path, null);
    const page = api.FPDF_LoadPage(document.handle, 0);
    const objects = Array.from({ length: api.FPDFPage_CountObjects(page) }, (_, index) =>
      api.FPDFPage_GetObject(page, index),
    );
    const paths = objects.filter((object) => api.FPDFPageObj_GetType(object) === pathObject);
    expect(paths.length).toBeGreaterThan(0);
    for (const path of paths) {
      const points = new PathPoints(pdfium, api.FPDFPath_GetPathSegment(path, 0), identity);
      for (let index = 0; index < api.FPDFPath_CountSegments(path); index += 1) {
        const found = [points.kind(index), points.closes(index), ...points.at(index)];
        const segment = api.FPDFPath_GetPathSegment(path, index);
        call('FPDFPathSegment_GetPoint', segment, numbers, numbers + 4);
        const closes = call('FPDFPathSegment_GetClose', segment) === 1;
        const point = [pdfium.float(0), pdfium.float(1)];
        expect(found).toEqual([call('FPDFPathSegment_GetType', segment), closes, ...point]);
      }
    }
    api.FPDF_ClosePage(page);
  });
});
