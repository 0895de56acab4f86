import { describe, expect, test } from 'vitest';
import { extractAll, requestFor } from './extracting.ts';
import { drawnDocument, type Row, writer } from './own-document.ts';

const { pool, path } = drawnDocument((doc) => {
  const write = writer(doc);
  const page = () => doc.addPage({ size: 'A4', margin: 0 });

  // 1: tables under titles in larger, bold type, the last one with a single row of values.
  page();
  const title = (text: string, y: number) => write([[y, [60, text]]], { font: 'Helvetica-Bold', size: 11 });
  title('Hives', 80);
  write([
    [98, [60, 'Apiary'], [180, 'Hives'], [280, 'Honey']],
    [110, [60, 'Meadow'], [180, '12'], [280, '310 kg']],
    [122, [60, 'Forest'], [180, '7'], [280, '195 kg']],
    [134, [60, 'Garden'], [180, '3'], [280, '44 kg']],
  ]);
  title('Visits', 149);
  write([
    [165, [60, 'Keeper'], [150, 'Village'], [260, 'Last visit'], [380, 'Next visit']],
    [177, [60, 'Anna'], [150, 'Upper Mill'], [260, '3 May'], [380, '12 June']],
  ]);

  // 2: a form between two rules: its second column is empty.
  page();
  const rule = (y: number) => doc.moveTo(60, y).lineTo(420, y).lineWidth(0.7).stroke();
  write([[86, [64, 'Sample'], [240, 'Colour after one hour']]]);
  write(['Vinegar', 'Salt water', 'Rain'].map((text, index): Row => [106 + 18 * index, [64, text]]));
  for (const y of [80, 160]) rule(y);

  // 3: bold heads with other columns below bold sums.
  page();
  const bold = (rows: Row[]) => write(rows, { font: 'Helvetica-Bold' });
  bold([[80, [60, 'Apiary'], [180, 'Hives'], [280, 'Honey']]]);
  write([
    [96, [60, 'Meadow'], [180, '12'], [280, '310']],
    [112, [60, 'Forest'], [180, '7'], [280, '195']],
  ]);
  bold([[128, [60, 'Sum'], [180, '19'], [280, '505']]]);
  bold([[144, [60, 'Keeper'], [180, 'Queens'], [280, 'Swarms']]]);
  write([
    [160, [60, 'Anna'], [180, '4'], [280, '1']],
    [176, [60, 'Bruno'], [180, '9'], [280, '2']],
    [192, [60, 'Clara'], [180, '6'], [280, '0']],
  ]);

  // 4: columns of text, some of whose lines nearly touch the next column.
  page();
  const lines = [
    'Bees build their combs of wax in',
    'the dark hive, and nobody sees it',
    'or hears them while they are busy',
  ];
  for (const [x, word] of [
    [60, 'left'],
    [216, 'right'],
  ] as const) {
    const text = Array.from({ length: 15 }, (_, index) => lines[index % 3] ?? '');
    text[7] = `only in the ${word} column they say`;
    write(text.map((line, index): Row => [80 + 13 * index, [x, line]]));
  }
});

async function markdown(page: number): Promise<string> {
  const { pages } = await extractAll(pool, requestFor('stacked-tables', { path }));
  return pages.find(({ number }) => number === page)?.markdown ?? '';
}

describe('tables one below the other', () => {
  test('end at a larger, bold title, and may have a single row of values', async () => {
    const text = (await markdown(1)).replaceAll(/#+ /g, '# ');
    expect(text).toBe(
      [
        '# Hives\n',
        '| Apiary | Hives | Honey |',
        '| --- | --- | --- |',
        '| Meadow | 12 | 310 kg |',
        '| Forest | 7 | 195 kg |',
        '| Garden | 3 | 44 kg |',
        '\n# Visits\n',
        '| Keeper | Village | Last visit | Next visit |',
        '| --- | --- | --- | --- |',
        '| Anna | Upper Mill | 3 May | 12 June |',
      ].join('\n'),
    );
  });

  test('may have a column to be filled in', async () => {
    expect(await markdown(2)).toBe(
      [
        '| Sample | Colour after one hour |',
        '| --- | --- |',
        '| Vinegar |  |',
        '| Salt water |  |',
        '| Rain |  |',
      ].join('\n'),
    );
  });

  test('begin at a bold head, but not at bold sums', async () => {
    expect(await markdown(3)).toContain('| Sum | 19 | 505 |\n\n| Keeper | Queens | Swarms |');
  });

  test('columns of text that nearly touch are read one after the other', async () => {
    const text = await markdown(4);
    expect(
      text.match(/only in the left column they say or hears|only in the right column they say or hears/g),
    ).toHaveLength(2);
    expect(text.lastIndexOf('left')).toBeLessThan(text.indexOf('right'));
  });
});
