import { expect, it } from 'vitest';
import { assemble, stream } from '../../scripts/fixtures/raw-pdf.ts';
import { extractAll, requestFor } from './extracting.ts';
import { ownDocument } from './own-document.ts';

/** A glyph that looks like a hyphen, but means a soft hyphen. */
const toUnicode = `/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Own def /CMapType 2 def
1 begincodespacerange <00> <ff> endcodespacerange
1 beginbfrange <20> <7e> <0020> endbfrange
1 beginbfchar <ad> <00ad> endbfchar
endcmap end end`;

const { pool, path } = ownDocument(() =>
  assemble([
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 400 300] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    stream(
      `BT /F1 12 Tf 14 TL 50 250 Td (The tour of the Danube is on a donau\\255) Tj T* (dampfschiff, and the regi\\255) Tj T* (stration is open. Guests can con\\255) Tj T* (tinue by pro\\255polis.) Tj ET`,
    ),
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding /ToUnicode 6 0 R >>',
    stream(toUnicode),
  ]),
);

it.each(['PDFJS', 'PDFIUM'] as const)('joins words that are broken at soft hyphens with engine %s', async (engine) => {
  const read = await extractAll(pool, requestFor('form', { path, engine }));
  // PDFium writes a soft hyphen at the end of a line as a hyphen.
  expect(read.pages[0]?.text.replaceAll('\u00ad\n', '-\n').trim().split('\n')).toEqual([
    'The tour of the Danube is on a donau-',
    'dampfschiff, and the regi-',
    'stration is open. Guests can con-',
    'tinue by propolis.',
  ]);
  expect(read.pages[0]?.markdown.trim()).toBe(
    'The tour of the Danube is on a donaudampfschiff, and the registration is open. Guests can continue by propolis.',
  );
});
