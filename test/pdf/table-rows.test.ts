import { describe, expect, test } from 'vitest';
import { extractAll, requestFor } from './extracting.ts';
import { drawnDocument, type Row, writer } from './own-document.ts';

const { pool, path } = drawnDocument((doc) => {
  const write = writer(doc);
  const page = () => doc.addPage({ size: 'A4', margin: 0 });
  const rule = (x1: number, y1: number, x2: number, y2: number) =>
    doc.moveTo(x1, y1).lineTo(x2, y2).lineWidth(0.7).stroke();

  // 1: vertical rules, and one under the head.
  page();
  write([[84, [76, 'Apiary'], [206, 'Hives'], [286, 'Honey']]], { font: 'Helvetica-Bold' });
  write([
    [104, [76, 'Meadow'], [206, '12'], [286, '310 kg']],
    [120, [76, 'Forest, behind'], [206, '7'], [286, '195 kg']],
    [132, [76, 'the old mill']],
    [148, [76, 'Garden'], [206, '3'], [286, '44 kg']],
  ]);
  rule(72, 98, 360, 98);
  for (const x of [200, 280]) rule(x, 80, x, 162);

  // 2: cells with several lines, in the middle of their rows, without rules and far apart.
  page();
  write([[80, [72, 'Apiary'], [200, 'Hives'], [290, 'Honey']]], { font: 'Helvetica-Bold' });
  write([
    [106, [72, 'Meadow'], [200, '12'], [290, '310']],
    [132, [72, 'Forest with the oaks']],
    [138, [200, '7'], [290, '195']],
    [144, [72, 'behind the old mill']],
    [170, [72, 'Garden'], [200, '3'], [290, '44']],
    [196, [72, 'Roof'], [200, '2'], [290, '38']],
  ]);

  // 3: a table in one of two columns, a list in the other.
  page();
  const text = (x: number, y: number, count: number) =>
    write(
      Array.from(
        { length: count },
        (_, index): Row => [y + 13 * index, [x, 'Bees build their combs of wax in the dark hive']],
      ),
    );
  text(60, 80, 8);
  write([[210, [60, 'Hive'], [190, 'Honey']]], { font: 'Helvetica-Bold' });
  write([
    [226, [60, 'Alpha'], [190, '12.5']],
    [242, [60, 'Beta'], [190, '9.0']],
    [258, [60, 'Gamma and its swarm'], [190, '31.2']],
    [274, [60, 'Delta'], [190, '8.1']],
  ]);
  text(320, 80, 12);
  write([
    [242, [320, 'Keepers']],
    [258, [320, 'Candles of wax']],
    [274, [320, 'Mead']],
  ]);

  // 4: numbers that are not page numbers of a table of contents.
  page();
  write([
    [80, [72, 'Hive'], [300, 'Grams']],
    [96, [72, 'The first of the hives'], [300, '778,769']],
    [112, [72, 'Another hive'], [300, '62']],
    [128, [72, 'The last one'], [300, '547']],
  ]);

  // 5: an empty form with many columns.
  page();
  write([
    [
      84,
      ...['Beekeeper', 'May', 'June', 'July', 'August', 'Sum'].map((name, index): [number, string] => [
        76 + 70 * index,
        name,
      ]),
    ],
  ]);
  write(
    ['Anna Imker', 'Otto Wachs', 'Ida Honig', 'Max Biene', 'Eva Wabe'].map(
      (name, index): Row => [108 + 24 * index, [76, name]],
    ),
  );
  for (let row = 0; row < 7; row += 1) rule(72, 78 + 24 * row, 492, 78 + 24 * row);
  for (let column = 0; column < 7; column += 1) rule(72 + 70 * column, 78, 72 + 70 * column, 222);

  // 6: a larger heading beside a line that ends near it.
  page();
  text(60, 80, 6);
  write([[119, [279, 'The queen']]], { font: 'Helvetica-Bold', size: 18 });
  text(279, 150, 6);

  // 7: columns printed by a program.
  page();
  write([[80, [72, 'Below is what the program prints once it is done.']]]);
  write(
    [
      [110, [72, 'Mode'], [200, 'FALSE'], [280, 'TRUE']],
      [122, [72, 'logical'], [200, '3'], [280, '1531']],
    ],
    { font: 'Courier' },
  );

  // 8: the axis of a chart with text beside it.
  page();
  write(
    ['40', '30', '20', '10', '0'].map(
      (value, index): Row => [
        80 + 18 * index,
        [72, value],
        [110, `Swarms of ${2020 + index}`],
        [260, `${31 + index}`],
        [330, `${7 * index}.5`],
      ],
    ),
  );
});

describe.each(['PDFIUM', 'PDFJS'] as const)('with %s, tables', (engine) => {
  const read = async (number: number) => {
    const { pages } = await extractAll(pool, requestFor('', { path, engine, pages: String(number) }));
    return pages[0]?.markdown ?? '';
  };

  test('with only vertical rules have a row for each number', async () => {
    expect(await read(1)).toContain('| Forest, behind the old mill | 7 | 195 kg |\n| Garden | 3 | 44 kg |');
  });

  test('with cells of several lines, far apart and without rules, have the rows that readers see', async () => {
    expect(await read(2)).toContain(
      '| Forest with the oaks behind the old mill | 7 | 195 |\n| Garden | 3 | 44 |\n| Roof | 2 | 38 |',
    );
  });

  test('in one column of text contain nothing of the other one', async () => {
    expect(await read(3)).toContain(
      '| Alpha | 12.5 |\n| Beta | 9.0 |\n| Gamma and its swarm | 31.2 |\n| Delta | 8.1 |',
    );
  });

  test('may have numbers that look like page numbers', async () => {
    expect(await read(4)).toContain('| The first of the hives | 778,769 |');
  });

  test('of empty forms may have many columns', async () => {
    expect(await read(5)).toContain('| Anna Imker |  |  |  |  |  |');
  });

  test('exclude larger headings beside them, which belong to no line of the other column', async () => {
    expect(await read(6)).toContain('# The queen');
  });

  test('printed by programs keep their columns as code', async () => {
    expect(await read(7)).toMatch(/```\nMode +FALSE +TRUE\nlogical +3 +1531\n```/);
  });
});

test('the axis of a chart is not treated as a column of a table', async () => {
  const { pages } = await extractAll(pool, requestFor('', { path, engine: 'PDFJS', pages: '8' }));
  expect(pages[0]?.markdown).not.toContain('|');
});
