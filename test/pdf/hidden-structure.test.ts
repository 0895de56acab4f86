import { describe, expect, test } from 'vitest';
import { extractAll, requestFor } from './extracting.ts';
import { drawnDocument, type Row, writer } from './own-document.ts';

const { pool, path } = drawnDocument((doc) => {
  const write = writer(doc);
  const page = () => doc.addPage({ size: 'A4', margin: 0 });
  const rule = (x1: number, y1: number, x2: number, y2: number) =>
    doc.moveTo(x1, y1).lineTo(x2, y2).lineWidth(0.7).stroke();
  const grid = (xs: number[], ys: number[]) => {
    const [left = 0, top = 0, right = 0, bottom = 0] = [xs[0], ys[0], xs.at(-1), ys.at(-1)];
    for (const x of xs) rule(x, top, x, bottom);
    for (const y of ys) rule(left, y, right, y);
  };

  // 1: every other row is shaded, and the last one is not; its cell continues in a second line.
  page();
  for (const y of [76, 116, 156]) doc.rect(72, y, 320, 20).fill('#eeeeee');
  write([[81, [76, 'Apiary'], [206, 'Hives'], [326, 'Honey']]], { font: 'Helvetica-Bold' });
  write([
    [101, [76, 'Meadow'], [206, '12'], [326, '310 kg']],
    [121, [76, 'Forest'], [206, '7'], [326, '195 kg']],
    [141, [76, 'Garden'], [206, '3'], [326, '44 kg']],
    [161, [76, 'Roof'], [206, '2'], [326, '38 kg']],
    [181, [76, 'Orchard'], [206, '9'], [326, '201 kg']],
  ]);

  // 2: a box around several rows of words, and around two rows of numbers.
  page();
  grid([72, 200, 330], [76, 96, 146, 180]);
  write([
    [81, [76, 'Keeper'], [204, 'Village']],
    [101, [76, 'Anna'], [204, 'Upper Mill']],
    [115, [76, 'Bruno'], [204, 'Lower Mill']],
    [129, [76, 'Clara'], [204, 'Lakeside']],
    [150, [76, '1200'], [204, '31']],
    [164, [76, '1400'], [204, '28']],
  ]);

  // 3: cells of running text with as many lines.
  page();
  grid([72, 160, 250], [76, 96, 146]);
  write([
    [81, [76, 'Keeper'], [164, 'Village']],
    [101, [76, 'Anna and her two'], [164, 'Upper Mill, behind']],
    [115, [76, 'sisters keep bees'], [164, 'the big old church']],
    [129, [76, 'since last year'], [164, 'of the next valley']],
  ]);

  // 4: labels and values in one box, of which the values have a straight left edge.
  page();
  grid([72, 200, 400], [76, 96, 116, 136, 156, 176]);
  write([
    [81, [76, 'Box'], [204, 'Facts']],
    [101, [76, 'One'], [204, 'Hives'], [300, '12']],
    [121, [76, 'Two'], [204, 'Queens'], [300, 'all marked']],
    [141, [76, 'Three'], [204, 'Swarms'], [300, 'none']],
    [161, [76, 'Four'], [204, 'Mites'], [300, '3 of 100']],
  ]);

  // 5: a typewritten receipt: words stand below one another by chance, and dashes part it.
  page();
  const typed: Row[] = ['4 x Candle', '2 x Honey!', '7 x Combs!', '1 x Smoker', '3 x Frames'].map((text, index) => [
    80 + 14 * index,
    [72, text],
    [300, `${10 + index}.00`],
  ]);
  write([...typed, [150, [72, '-'.repeat(43)]], [164, [72, 'TOTAL'], [300, '60.00']]], { font: 'Courier' });

  // 6: lines that are kept apart, and running text.
  page();
  const lines = ['Bring the key of the shed and the lamp', 'Count the jars', 'Turn off the water', 'Close the gate'];
  write(lines.map((text, index): Row => [80 + 13 * index, [72, text]]));
  write(
    [
      'Bees build their combs of wax in the dark',
      'hive, where nobody sees them, and they',
      'fill them with honey for the',
    ].map((text, index): Row => [180 + 13 * index, [72, text]]),
  );
});

async function markdown(page: number): Promise<string> {
  const { pages } = await extractAll(pool, requestFor('hidden-structure', { path, keepHeadersFooters: true }));
  return pages.find(({ number }) => number === page)?.markdown ?? '';
}

describe('structure without rules', () => {
  test('continues striped tables to rows that are not shaded', async () => {
    expect(await markdown(1)).toBe(
      [
        '| Apiary | Hives | Honey |',
        '| --- | --- | --- |',
        '| Meadow | 12 | 310 kg |',
        '| Forest | 7 | 195 kg |',
        '| Garden | 3 | 44 kg |',
        '| Roof | 2 | 38 kg |',
        '| Orchard | 9 | 201 kg |',
      ].join('\n'),
    );
  });

  test('splits boxes that hold several rows', async () => {
    expect(await markdown(2)).toBe(
      [
        '| Keeper | Village |',
        '| --- | --- |',
        '| Anna | Upper Mill |',
        '| Bruno | Lower Mill |',
        '| Clara | Lakeside |',
        '| 1200 | 31 |',
        '| 1400 | 28 |',
      ].join('\n'),
    );
  });

  test('keeps running text in its cells', async () => {
    expect(await markdown(3)).toContain(
      '| Anna and her two sisters keep bees since last year | Upper Mill, behind the big old church of the next valley |',
    );
  });

  test('finds a column of values by its straight edge', async () => {
    expect(await markdown(4)).toContain('| Two | Queens | all marked |');
  });

  test('takes neither words below one another nor dashes in typewritten lines for cells', async () => {
    expect(await markdown(5)).toBe(
      [
        '| 4 x Candle | 10.00 |',
        '| --- | --- |',
        '| 2 x Honey! | 11.00 |',
        '| 7 x Combs! | 12.00 |',
        '| 1 x Smoker | 13.00 |',
        '| 3 x Frames | 14.00 |',
        '| TOTAL | 60.00 |',
      ].join('\n'),
    );
  });

  test('keeps lines apart that end before the edge of the text, and joins running text', async () => {
    expect(await markdown(6)).toBe(
      [
        'Bring the key of the shed and the lamp  ',
        'Count the jars  ',
        'Turn off the water  ',
        'Close the gate',
        '',
        'Bees build their combs of wax in the dark hive, where nobody sees them, and they fill them with honey for the',
      ].join('\n'),
    );
  });
});
