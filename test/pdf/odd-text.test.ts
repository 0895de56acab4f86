import { expect, it } from 'vitest';
import { assemble, stream } from '../../scripts/fixtures/raw-pdf.ts';
import { extractAll, requestFor, textOf } from './extracting.ts';
import { ownDocument } from './own-document.ts';

const page = (contents: number, more = '') =>
  `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 400 300] /Contents ${contents} 0 R /Resources << /Font << /F1 13 0 R /F2 14 0 R /F3 15 0 R /Japan 27 0 R /Taiwan 28 0 R >> >> ${more} >>`;

const letters = 'HELO';
const toUnicode = `/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Own def /CMapType 2 def
1 begincodespacerange <0000> <ffff> endcodespacerange
${letters.length} beginbfchar ${[...letters].map((letter, index) => `<000${index + 1}> <00${letter.charCodeAt(0).toString(16)}>`).join(' ')} endbfchar
endcmap end end`;

const value = 'The first line fits into the field. The second line of it is beyond the edge.';

const collection = (member: number) =>
  `<< /Type /Font /Subtype /Type0 /BaseFont /Own${member} /Encoding /Identity-H /DescendantFonts [${member} 0 R] >>`;
const member = (ordering: string) =>
  `<< /Type /Font /Subtype /CIDFontType0 /BaseFont /${ordering} /CIDSystemInfo << /Registry (Adobe) /Ordering (${ordering}) /Supplement 6 >> /FontDescriptor << /Type /FontDescriptor /FontName /${ordering} /Flags 4 /FontBBox [0 -200 1000 800] /ItalicAngle 0 /Ascent 800 /Descent -200 /CapHeight 700 /StemV 80 >> /DW 1000 >>`;

const { pool, path } = ownDocument(() =>
  assemble([
    '<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [19 0 R] /DR << /Font << /F1 13 0 R >> >> >> >>',
    '<< /Type /Pages /Kids [3 0 R 4 0 R 5 0 R 6 0 R 7 0 R 21 0 R 23 0 R 25 0 R 31 0 R] /Count 9 >>',
    page(8, '/Rotate 180'),
    page(9),
    page(10, '/CropBox [400 300 500 500]'),
    page(11),
    page(12, '/Annots [19 0 R]'),
    stream('BT /F1 -12 Tf 300 100 Td (Honey runs the other way round) Tj ET'),
    stream('BT /F2 12 Tf 50 200 Td (Every bee is one) Tj ET'),
    stream('BT /F1 12 Tf 50 200 Td (Cropped to nothing) Tj ET'),
    stream('BT /F3 24 Tf 100 250 Td <00010002000300030004> Tj ET'),
    stream('BT /F1 12 Tf 50 250 Td (Diary) Tj ET'),
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>',
    `<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding /FirstChar 32 /LastChar 126 /Widths [0 ${'550 '.repeat(94)}] >>`,
    '<< /Type /Font /Subtype /Type0 /BaseFont /Helvetica /Encoding /Identity-V /DescendantFonts [16 0 R] /ToUnicode 18 0 R >>',
    '<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Helvetica /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /FontDescriptor 17 0 R /DW 1000 >>',
    '<< /Type /FontDescriptor /FontName /Helvetica /Flags 4 /FontBBox [0 -200 1000 800] /ItalicAngle 0 /Ascent 800 /Descent -200 /CapHeight 700 /StemV 80 >>',
    stream(toUnicode),
    `<< /Type /Annot /Subtype /Widget /P 7 0 R /F 4 /FT /Tx /Ff 4096 /T (diary) /V (${value}) /DA (/F1 12 Tf 0 g) /Rect [50 200 350 220] /AP << /N 20 0 R >> >>`,
    stream(
      '/Tx BMC q 0 0 300 20 re W n BT /F1 12 Tf 2 6 Td (The first line fits into the field.) Tj 0 -40 Td (The second line of it is beyond the edge.) Tj ET Q EMC',
    ).replace('<<', '<< /Type /XObject /Subtype /Form /BBox [0 0 300 20] /Resources << /Font << /F1 13 0 R >> >>'),
    page(22),
    // Codes 1 and 2 mean no character.
    stream('BT /F1 12 Tf 50 200 Td (\\0017\\002) Tj ET'),
    page(24),
    // Each letter is placed separately, by a rounded matrix.
    stream(
      [...'askew']
        .map(
          (letter, index) =>
            `BT /F1 12 Tf .8660 .500${index} -.5 .866 ${100 + 6 * index} ${100 + 3.46 * index} Tm (${letter}) Tj ET`,
        )
        .join(' '),
    ),
    page(26),
    stream('BT /F1 24 Tf 50 250 Td (A rare character) Tj /Japan 24 Tf 0 -50 Td <358a> Tj ET'),
    collection(29),
    collection(30),
    member('Japan1'),
    member('CNS1'),
    page(32),
    stream('BT /F1 24 Tf 50 250 Td (A rare character) Tj /Taiwan 24 Tf 0 -50 Td <372b> Tj ET'),
  ]),
);

const read = () => extractAll(pool, requestFor('form', { path }));

it('reads type of a negative size in its direction', async () => {
  expect(textOf(await read(), 1)).toBe('Honey runs the other way round');
});

it('keeps the spaces of a font in which they have no width', async () => {
  expect(textOf(await read(), 2)).toBe('Every bee is one');
});

it('shows the whole page if its crop box lies beside it', async () => {
  const { pages } = await read();
  expect(pages[2]).toMatchObject({ text: 'Cropped to nothing', width: 400, height: 300, details: { hidden: [] } });
});

it('reads Latin letters below one another in a vertical font', async () => {
  const { pages } = await read();
  expect(pages[3]).toMatchObject({ text: 'HELLO', details: { fallback: 'VERTICAL' } });
});

it('does not report text that overflows a field as hidden, because readers can scroll to it', async () => {
  const { pages } = await read();
  expect(pages[4]?.text).toContain('The first line fits into the field.');
  expect(pages[4]?.details).toMatchObject({ hidden: [], formFields: [{ value }] });
});

it('keeps letters of a font between ornaments without characters', async () => {
  expect(textOf(await read(), 6)).toBe('7');
});

it('joins the letters of a word that is turned by a few degrees', async () => {
  expect(textOf(await read(), 7)).toBe('askew');
});

it.each([
  ['stand-ins', 8, '\u{20bb7}'],
  ['the numbers of glyphs', 9, '\u{23ed7}'],
])('does not take %s for ideographs of fonts without a map of characters', async (_, number, text) => {
  const { pages } = await read();
  expect(pages[number - 1]).toMatchObject({
    text: `A rare character\n\n${text}`,
    details: { fallback: 'RARE_CHARACTERS' },
  });
});
