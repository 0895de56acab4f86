import { expect, it } from 'vitest';
import { assemble, stream } from '../../scripts/fixtures/raw-pdf.ts';
import { extractAll, requestFor, textOf } from './extracting.ts';
import { ownDocument } from './own-document.ts';

const words = 'BT /F1 12 Tf 100 500 Td (What OCR has read) Tj 0 -20 Td (from the picture of the page) Tj ET';
const picture = 'q 600 0 0 800 0 0 cm /Scan Do Q';
const contents = {
  'behind the picture': `${words} ${picture}`,
  'without opacity': `${picture} /Clear gs ${words}`,
  'in white': `${picture} 1 g ${words}`,
  'that is not painted': `${picture} 3 Tr ${words}`,
};

const { pool, path } = ownDocument(() =>
  assemble([
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Kids [${Object.keys(contents)
      .map((_, index) => `${6 + 2 * index} 0 R`)
      .join(' ')}] /Count 4 >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>',
    '<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8 /Length 1 >>\nstream\n\xff\nendstream',
    '<< /Font << /F1 3 0 R >> /XObject << /Scan 4 0 R >> /ExtGState << /Clear << /ca 0 >> >> >>',
    ...Object.values(contents).flatMap((content, index) => [
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents ${7 + 2 * index} 0 R /Resources 5 0 R >>`,
      stream(content),
    ]),
  ]),
);

it.each(Object.keys(contents))('keeps the OCR text of a scan %s', async (name) => {
  const number = Object.keys(contents).indexOf(name) + 1;
  const extracted = await extractAll(pool, requestFor('scan', { path }));
  expect(textOf(extracted, number)).toBe('What OCR has read from the picture of the page');
  expect(extracted.pages[number - 1]?.details.hidden).toEqual([]);
});
