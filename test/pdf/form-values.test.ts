import { expect, it } from 'vitest';
import { assemble, stream } from '../../scripts/fixtures/raw-pdf.ts';
import { extractAll, requestFor } from './extracting.ts';
import { ownDocument } from './own-document.ts';

const appearance = (content: string) =>
  stream(content).replace(
    '<<',
    '<< /Type /XObject /Subtype /Form /BBox [0 0 200 20] /Resources << /Font << /F1 5 0 R >> >>',
  );
const utf16 = (text: string) =>
  `<feff${[...text].map((letter) => letter.charCodeAt(0).toString(16).padStart(4, '0')).join('')}>`;

/** The text that readers show in each field, and the field. Most fields have no appearance. */
const fields: Record<string, string> = {
  'Plain value': '/FT /Tx /V (Plain value)',
  'Пчёлы и мёд': `/FT /Tx /V ${utf16('Пчёлы и мёд')}`,
  'Late summer': '/FT /Ch /Ff 131072 /V (s) /Opt [[(s) (Late summer)] [(w) (Winter)]]',
  A1B2C3D4: '/FT /Tx /Ff 16777216 /MaxLen 10 /V (A1B2C3D4)',
  'Without a font': '/FT /Tx /V (Without a font) /DA (/Missing 12 Tf 0 g)',
  'Fresh value': '/FT /Tx /V (Fresh value) /AP << /N 6 0 R >>',
  '********': '/FT /Tx /Ff 8192 /V (honeypot)',
};
const hidden = ['/FT /Tx /V (Nobody sees it) /F 2', `/FT /Tx /V ${utf16('Никто')} /F 2`];
const entries = [...Object.values(fields).map((entry) => `${entry} /F 4`), ...hidden];
const first = 9;
const widgets = entries.map((_, index) => `${first + index} 0 R`).join(' ');

const { pool, path } = ownDocument(() =>
  assemble([
    `<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [${widgets}] /NeedAppearances true /DA (/F1 12 Tf 0 g) /DR << /Font << /F1 5 0 R >> >> >> >>`,
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 400 800] /Contents 4 0 R /Annots [${widgets} 7 0 R 8 0 R] /Resources << /Font << /F1 5 0 R >> >> >>`,
    stream('BT /F1 12 Tf 50 750 Td (A form) Tj ET'),
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>',
    appearance('/Tx BMC BT /F1 12 Tf 2 5 Td (Stale value) Tj ET EMC'),
    '<< /Type /Annot /Subtype /FreeText /F 4 /Rect [50 100 250 120] /DA (/F1 12 Tf 0 g) /Contents (Typed over the page) >>',
    '<< /Type /Annot /Subtype /FreeText /F 2 /Rect [50 60 250 80] /DA (/F1 12 Tf 0 g) /Contents (Typed but hidden) >>',
    ...entries.map(
      (entry, index) =>
        `<< /Type /Annot /Subtype /Widget /T (field${index}) /Rect [50 ${700 - 40 * index} 250 ${720 - 40 * index}] ${entry} >>`,
    ),
  ]),
);

it('includes field values in the text as readers show them, with any appearance in the document', async () => {
  const { pages } = await extractAll(pool, requestFor('form', { path }));
  const [page] = pages;
  expect(page?.text.split(/\n+/)).toEqual(['A form', ...Object.keys(fields), 'Typed over the page']);
  expect(page?.details.hidden).toEqual([]);
});
