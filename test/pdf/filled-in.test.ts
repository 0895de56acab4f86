import { describe, expect, it } from 'vitest';
import { assemble, stream } from '../../scripts/fixtures/raw-pdf.ts';
import { extractAll, requestFor, textOf } from './extracting.ts';
import { ownDocument } from './own-document.ts';

const shown = (text: string) =>
  stream(`/Tx BMC BT /F1 12 Tf 2 5 Td (${text}) Tj ET EMC`).replace(
    '<<',
    '<< /Type /XObject /Subtype /Form /BBox [0 0 200 20] /Resources << /Font << /F1 5 0 R >> >>',
  );
const field = (more: string, rectangle: string, appearance: number) =>
  `<< /Type /Annot /Subtype /Widget /P 3 0 R /F 4 /DA (/F1 12 Tf 0 g) /Rect [${rectangle}] /AP << /N ${appearance} 0 R >> ${more} >>`;
const box = (more: string, rectangle: string, on: string) =>
  `<< /Type /Annot /Subtype /Widget /P 3 0 R /F 4 /Rect [${rectangle}] /AP << /N << /${on} 16 0 R /Off 16 0 R >> >> ${more} >>`;

const { pool, path } = ownDocument(() =>
  assemble([
    '<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [6 0 R 8 0 R 12 0 R 15 0 R] /DR << /Font << /F1 5 0 R >> >> >> >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [100 100 600 900] /Contents 4 0 R /Annots [6 0 R 8 0 R 10 0 R 13 0 R 14 0 R 15 0 R] /Resources << /Font << /F1 5 0 R >> >> >>',
    stream('BT /F1 12 Tf 160 805 Td (Keeper) Tj 0 -40 Td (Season) Tj ET'),
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>',
    field('/FT /Tx /T (keeper) /V (Ada Honeywell)', '260 800 460 820', 7),
    shown('Ada Honeywell'),
    field('/FT /Ch /Ff 131072 /T (season) /V (s) /Opt [[(s) (Late summer)] [(w) (Winter)]]', '260 760 460 780', 9),
    shown('Late summer'),
    '<< /Type /Annot /Subtype /FreeText /P 3 0 R /F 4 /DA (/F1 12 Tf 0 g) /Rect [160 400 360 420] /Contents (Ask her) /AP << /N 11 0 R >> >>',
    shown('Ask her'),
    '<< /FT /Btn /Ff 49152 /T (hive) /V /Wood /Kids [13 0 R 14 0 R] >>',
    box('/Parent 12 0 R /AS /Wood', '160 700 175 715', 'Wood'),
    box('/Parent 12 0 R /AS /Off', '190 700 205 715', 'Straw'),
    box('/FT /Btn /T (fed) /V /Off /AS /Off', '160 660 175 675', 'Yes'),
    stream('').replace('<<', '<< /Type /XObject /Subtype /Form /BBox [0 0 15 15]'),
  ]),
);

describe.each(['PDFIUM', 'PDFJS'] as const)('by %s', (engine) => {
  const read = () => extractAll(pool, requestFor('form', { path, engine }));

  it('includes form values and typewritten notes in the text, in their places', async () => {
    expect(textOf(await read(), 1)).toBe('Keeper Ada Honeywell Season Late summer Ask her');
  });

  it('does not report visible comments as hidden text', async () => {
    const [page] = (await read()).pages;
    expect(page?.details.hidden).toEqual([]);
    expect(page?.details.annotations).toMatchObject([{ kind: 'FreeText', text: 'Ask her' }]);
  });

  it('reports which boxes and radio buttons are checked, and their values', async () => {
    const [page] = (await read()).pages;
    const boxes = (page?.details.formFields ?? []).filter(({ checked }) => checked !== null);
    expect(boxes.map(({ name, kind, checked }) => ({ name, kind, checked }))).toEqual([
      { name: 'hive', kind: 'RADIO', checked: true },
      { name: 'hive', kind: 'RADIO', checked: false },
      { name: 'fed', kind: 'CHECKBOX', checked: false },
    ]);
    expect(boxes[0]?.value).toBe('Wood');
    expect(boxes.map(({ value }) => value)).not.toContain('Off');
  });
});
