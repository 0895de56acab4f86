import { describe, expect, test } from 'vitest';
import { extractAll, requestFor } from './extracting.ts';
import { drawnDocument, type Row, writer } from './own-document.ts';

const { pool, path } = drawnDocument((doc) => {
  const write = writer(doc);
  const page = () => doc.addPage({ size: 'A4', margin: 0 });
  const rule = (y: number, from = 72, to = 400) => doc.moveTo(from, y).lineTo(to, y).lineWidth(0.7).stroke();

  page();
  write([[80, [72, 'What each hive gave in the summer, before and after the move to the meadow.']]]);
  write([[112, [72, 'Hive'], [150, 'Honey'], [220, 'Wax'], [290, 'Swarms']]], { font: 'Helvetica-Bold' });
  write([
    [128, [72, 'Alpha'], [150, '12.5 kg'], [220, '310 g'], [290, '1']],
    [144, [72, 'Beta'], [150, '9.0 kg'], [290, '0']],
    [160, [72, 'Gamma'], [150, '31.2 kg'], [220, '700 g'], [290, '2']],
  ]);
  write([[192, [72, 'The meadow lies a mile to the south, behind the old mill and its two ponds.']]]);

  page();
  for (const y of [96, 132, 200]) rule(y);
  rule(114, 160, 400);
  write([
    [100, [232, 'Honey in kilograms']],
    [118, [72, 'Apiary'], [180, 'Spring'], [280, 'Summer']],
    [138, [72, 'Meadow, behind'], [180, '12'], [280, '31']],
    [149, [72, 'the old mill']],
    [172, [72, 'Forest'], [180, '7'], [280, '19']],
  ]);

  page();
  const contents = ['The hive', 'The queen and her court', 'Swarms in May', 'Honey', 'Wax and candles'];
  write(contents.map((title, index): Row => [80 + 14 * index, [72, title], [400, `${7 + 13 * index}`]]));

  page();
  const left =
    'Bees build their combs of wax which they sweat out of eight glands under their bodies and shape with'.split(' ');
  const right =
    'Keepers give them frames to build in so that a comb can be taken out and looked at and put back in'.split(' ');
  const column = (words: string[], x: number) =>
    Array.from(
      { length: 5 },
      (_, index): Row => [240 + 13 * index, [x, words.slice(4 * index, 4 * index + 4).join(' ')]],
    );
  write([...column(left, 72), ...column(right, 300)]);

  page();
  write([
    [400, [100, 'a = b + c'], [400, '(11)']],
    [424, [100, 'P(a) + P(b) < P(c)'], [400, '(12)']],
    [448, [100, 'x = y'], [400, '(13)']],
  ]);

  page();
  const cells: [x: number, y: number, width: number, height: number, ...lines: string[]][] = [
    [72, 80, 120, 40, 'Name of the', 'beekeeper'],
    [192, 80, 120, 40, 'Hives'],
    [312, 80, 120, 40, 'Honey'],
    [72, 126, 120, 24, 'Anna Imker'],
    [192, 126, 120, 24],
    [312, 126, 120, 24],
    [72, 156, 120, 24, 'Otto Wachs'],
    [192, 156, 120, 24],
    [312, 156, 120, 24],
  ];
  doc.rect(72, 80, 360, 100).stroke('#000000');
  for (const [x, y, width, height, ...lines] of cells) {
    doc.rect(x, y, width, height).fill('#ffeecc');
    doc.rect(x, y, width, height).stroke('#000000');
    for (const [index, line] of lines.entries()) {
      doc.rect(x + 6, y + 4 + 16 * index, width - 12, 16).fill('#ffeecc');
      write([[y + 6 + 16 * index, [x + 6, line]]]);
    }
  }

  page();
  write([[80, [72, 'The hive is declared as a record, with a field for each of the things that a keeper counts.']]]);
  const fields = ['frames', 'queens', 'swarms', 'supers', 'stings'];
  write(
    fields.map(
      (name, index): Row => [110 + 13 * index, [90, name], [180, `INTEGER(${7 * index}),`], [290, `-- ${index}`]],
    ),
    { font: 'Courier' },
  );

  page();
  const statement = (rows: Row[], font = 'Helvetica') => {
    for (const [y, ...cells] of rows) {
      doc.font(font).fontSize(10);
      // Amounts are aligned at the right of their column.
      write([[y, ...cells.map(([x, text]): [number, string] => [x < 300 ? x : x - doc.widthOfString(text), text])]], {
        font,
      });
    }
  };
  statement(
    [[60, [60, 'Date'], [120, 'Details'], [400, 'Debit'], [470, 'Credit'], [540, 'Balance']]],
    'Helvetica-Bold',
  );
  statement([
    [80, [60, '01 May'], [120, 'Opening balance'], [540, '1,204.50']],
    [94, [60, '02 May'], [120, 'Card payment GARDEN CENTRE'], [400, '54.20'], [540, '1,150.30']],
    [108, [60, '05 May'], [120, 'Salary MEADOW LTD'], [470, '2,100.00'], [540, '3,250.30']],
    [122, [60, '31 May'], [120, 'Closing balance'], [540, '3,250.30']],
  ]);
});
describe.each(['PDFIUM', 'PDFJS'] as const)('Tables by %s', (engine) => {
  const read = async (pages: string) =>
    (await extractAll(pool, requestFor('one-page', { path, engine, pages }))).pages[0];

  test('without a grid are recognized by the gaps between columns', async () => {
    const page = await read('1');
    expect(page?.markdown.split('\n\n').at(1)).toBe(
      [
        '| Hive | Honey | Wax | Swarms |',
        '| --- | --- | --- | --- |',
        '| Alpha | 12.5 kg | 310 g | 1 |',
        '| Beta | 9.0 kg |  | 0 |',
        '| Gamma | 31.2 kg | 700 g | 2 |',
      ].join('\n'),
    );
    expect(page?.details.blocks.map(({ kind }) => kind)).toEqual(['PARAGRAPH', 'TABLE', 'PARAGRAPH']);
  });

  test('without a grid may have spanning heads, and rows of several lines', async () => {
    const page = await read('2');
    expect(page?.details.blocks).toMatchObject([
      {
        kind: 'TABLE',
        rows: [
          [
            { text: 'Apiary', rows: 2 },
            { text: 'Honey in kilograms', columns: 2 },
          ],
          [{ text: 'Spring' }, { text: 'Summer' }],
          [{ text: 'Meadow, behind the old mill' }, { text: '12' }, { text: '31' }],
          [{ text: 'Forest' }, { text: '7' }, { text: '19' }],
        ],
      },
    ]);
  });

  test.each([
    ['contents', '3'],
    ['columns of text', '4'],
    ['numbered formulas', '5'],
    ['code', '7'],
  ])('are not seen in %s', async (_, pages) => {
    const page = await read(pages);
    expect(page?.details.blocks.map(({ kind }) => kind)).not.toContain('TABLE');
  });

  test('have one row for each visible row: none for nested shades, between double rules, or only for filled-in text', async () => {
    const page = await read('6');
    expect(page?.markdown).toBe(
      [
        '| Name of the beekeeper | Hives | Honey |',
        '| --- | --- | --- |',
        '| Anna Imker |  |  |',
        '| Otto Wachs |  |  |',
      ].join('\n'),
    );
  });

  test('without a grid include a distant head, and separate columns that share no row', async () => {
    const page = await read('8');
    expect(page?.markdown).toBe(
      [
        '| Date | Details | Debit | Credit | Balance |',
        '| --- | --- | --- | --- | --- |',
        '| 01 May | Opening balance |  |  | 1,204.50 |',
        '| 02 May | Card payment GARDEN CENTRE | 54.20 |  | 1,150.30 |',
        '| 05 May | Salary MEADOW LTD |  | 2,100.00 | 3,250.30 |',
        '| 31 May | Closing balance |  |  | 3,250.30 |',
      ].join('\n'),
    );
  });
});
