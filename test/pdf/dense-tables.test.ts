import { expect, it } from 'vitest';
import { extractAll, requestFor } from './extracting.ts';
import { drawnDocument, type Row, writer } from './own-document.ts';

const rows = (top: number, columns: number[], lines: string[][]): Row[] =>
  lines.map((line, index) => [top + 16 * index, ...line.map((text, at): [number, string] => [columns[at] ?? 0, text])]);

const numbers = ['120.01', '340.01', '560.01', '780.01', '990.01'].map((value, index) => [
  value,
  String(2 * index + 1),
]);
const towns = [
  ['01', 'Amber', 'North', 'Granary'],
  ['01', 'Basil', 'North', 'Long field'],
  ['02', 'Cedar', 'South', 'Orchard'],
  ['02', 'Dill', 'South', 'Pond'],
  ['03', 'Elder', 'West', 'Meadow'],
];
const prices = [
  ['Delivery', 'Price in cents'],
  ['Parcel up to 2 kg', '450'],
  ['Parcel up to 5 kg', '590'],
  ['Parcel up to 10 kg', '890'],
  ['Pallet', '3900'],
];
const contents = [
  ['Introduction', '7'],
  ['The life of a hive', '12'],
  ['Swarms in early summer', '98'],
  ['Honey and its keepers', '130'],
];

// Each in one box: neither the rows nor the two columns of numbers are separated by rules.
const arrests = [
  ['Robbery', '102.1', '25.5'],
  ['Arson', '9.8', '4.3'],
  ['Fraud', '173.7', '5.1'],
  ['Vagrancy', '26.6', '2.2'],
  ['Curfew', '91.0', '(X)'],
  ['Runaways', '75.8', '16.9'],
];

const { pool, path } = drawnDocument((doc) => {
  const write = writer(doc);
  doc.addPage();
  write(rows(100, [72, 200], numbers));
  doc.addPage();
  write(rows(100, [72, 120, 220, 320], towns));
  doc.addPage();
  write(rows(100, [72, 250], prices));
  doc.addPage();
  write(
    rows(
      100,
      [72],
      contents.map(([title = '']) => [title]),
    ),
  );
  for (const [index, [, page = '']] of contents.entries()) {
    doc.fontSize(10).text(page, 400, 100 + 16 * index, { width: 60, align: 'right', lineBreak: false });
  }
  doc.addPage();
  for (let row = 0; row < 3; row += 1) {
    for (let column = 0; column < 3; column += 1) {
      doc.rect(72 + 60 * column, 100 + 24 * row, 60, 24).stroke();
      doc.fontSize(10).text(String(3 * row + column), 80 + 60 * column, 106 + 24 * row, { lineBreak: false });
    }
  }
  doc.addPage();
  doc.rect(70, 100, 120, 20).rect(190, 100, 90, 20).rect(70, 120, 120, 110).rect(190, 120, 90, 110).stroke();
  write([[106, [74, 'Offense'], [205, 'Total'], [248, 'Young']]]);
  for (const [index, [name = '', ...values]] of arrests.entries()) {
    doc.text(name, 74, 126 + 16 * index, { lineBreak: false });
    for (const [at, value] of values.entries()) {
      doc.text(value, 190 + 42 * at, 126 + 16 * index, { width: 40, align: 'right', lineBreak: false });
    }
  }
});

async function markdownOf(page: number): Promise<string> {
  const { pages } = await extractAll(pool, requestFor('table', { path, pages: String(page) }));
  return pages[0]?.markdown ?? '';
}

it('finds tables that contain only numbers', async () => {
  expect(await markdownOf(1)).toBe(
    '| 120.01 | 1 |\n| --- | --- |\n| 340.01 | 3 |\n| 560.01 | 5 |\n| 780.01 | 7 |\n| 990.01 | 9 |',
  );
});

it('finds tables of words without rules and without a bold head', async () => {
  expect(await markdownOf(2)).toContain('| 02 | Dill | South | Pond |');
});

it('does not mistake rising prices for page numbers of a table of contents', async () => {
  expect(await markdownOf(3)).toContain('| Parcel up to 10 kg | 890 |');
});

it('leaves a table of contents unchanged', async () => {
  expect(await markdownOf(4)).not.toContain('|');
});

it('finds drawn grids with any text in their cells', async () => {
  expect(await markdownOf(5)).toBe('| 0 | 1 | 2 |\n| --- | --- | --- |\n| 3 | 4 | 5 |\n| 6 | 7 | 8 |');
});

it('separates rows and columns of numbers without rules between them', async () => {
  const markdown = await markdownOf(6);
  expect(markdown).toMatch(/Fraud(<\/td>\s*<td>| \| )173\.7(<\/td>\s*<td>| \| )5\.1/);
  expect(markdown).toMatch(/Curfew(<\/td>\s*<td>| \| )91\.0(<\/td>\s*<td>| \| )\(X\)/);
});
