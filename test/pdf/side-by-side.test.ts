import { describe, expect, test } from 'vitest';
import { extractAll, requestFor } from './extracting.ts';
import { drawnDocument, type Row, writer } from './own-document.ts';

const { pool, path } = drawnDocument((doc) => {
  const write = writer(doc);
  const page = () => doc.addPage({ size: 'A4', margin: 0 });
  const rule = (x1: number, x2: number, y: number) => doc.moveTo(x1, y).lineTo(x2, y).lineWidth(0.7).stroke();
  const sentence = ['Bees build their combs of wax in the dark', 'hive, where nobody sees them at work, and'];
  const column = (x: number, y: number, lines: number) =>
    write(Array.from({ length: lines }, (_, index): Row => [y + 14 * index, [x, sentence[index % 2] ?? '']]));

  // 1: a large heading beside a column of text.
  page();
  write(
    [
      [61, [60, 'Yearly']],
      [91, [60, 'Report']],
    ],
    { font: 'Helvetica-Bold', size: 26 },
  );
  column(300, 68, 8);

  // 2: an address, and facts with another distance from line to line.
  page();
  write(
    ['Meadow Honey Ltd', '7 Hive Lane', '12345 Combton'].map((text, index): Row => [80 + 12.5 * index, [60, text]]),
  );
  write(
    [
      ['Number', '4711'],
      ['Customer', '815'],
      ['Delivered', '12'],
    ].map(([label = '', value = ''], index): Row => [80 + 15 * index, [320, label], [480, value]]),
  );

  // 3: two tables side by side, each with a rule of its own.
  page();
  const lists = [
    ['Spring', 'Sum', 'Autumn', 'Sum'],
    ['Acacia', '120', 'Heather', '44'],
    ['Rape', '310', 'Ivy', '12'],
    ['Apple', '87', 'Spruce', '61'],
    ['Lime', '93', 'Fir', '75'],
  ];
  write(
    lists.map(
      ([first = '', second = '', third = '', fourth = ''], index): Row => [
        80 + 16 * index,
        [60, first],
        [200, second],
        [320, third],
        [460, fourth],
      ],
    ),
  );
  for (const x of [58, 318]) rule(x, x + 170, 93);

  // 4: two tables with the same head between rules of one length, and words between them.
  page();
  const head: [number, string][] = [
    [60, 'Apiary'],
    [200, 'Hives'],
    [300, 'Honey'],
  ];
  for (const [top, names] of [
    [80, ['Meadow', 'Forest', 'Garden']],
    [200, ['Roof', 'Orchard', 'Lake']],
  ] as const) {
    write([[top, ...head]], { font: 'Helvetica-Bold' });
    write(names.map((name, index): Row => [top + 18 * (index + 1), [60, name], [200, `${index + 3}`], [300, '31 kg']]));
    for (let line = 0; line <= 4; line += 1) rule(58, 340, top - 4 + 18 * line);
  }
  write([[176, [60, 'In the valley']]]);

  // 5: a title, a table, and next to no other text.
  page();
  write([[40, [60, 'Three ways to keep the bees']]], { size: 24 });
  for (const x of [58, 160, 320, 500]) doc.moveTo(x, 96).lineTo(x, 168).lineWidth(0.7).stroke();
  for (const y of [96, 120, 144, 168]) rule(58, 500, y);
  write([
    [102, [64, 'Way'], [166, 'Where'], [326, 'For whom']],
    [126, [64, 'Skep'], [166, 'Under a roof of straw'], [326, 'For those who like']],
    [150, [64, 'Box'], [166, 'On a stand in the shade'], [326, 'For everybody else']],
  ]);
});

async function markdown(page: number): Promise<string> {
  const { pages } = await extractAll(pool, requestFor('side-by-side', { path }));
  return pages.find(({ number }) => number === page)?.markdown ?? '';
}

describe('blocks side by side', () => {
  test('reads a heading beside a column before the column', async () => {
    expect(await markdown(1)).toMatch(/^# Yearly Report\n\nBees build .* in the dark hive, where nobody/);
  });

  test('reads an address before the facts beside it', async () => {
    const text = (await markdown(2)).replace(/\s+/g, ' ');
    expect(text).toBe(
      'Meadow Honey Ltd 7 Hive Lane 12345 Combton | Number | 4711 | | --- | --- | | Customer | 815 | | Delivered | 12 |',
    );
  });

  test('keeps tables apart that are ruled apart', async () => {
    expect(await markdown(3)).toContain('| Spring | Sum |\n| --- | --- |\n| Acacia | 120 |');
    expect(await markdown(3)).toContain('| Autumn | Sum |\n| --- | --- |\n| Heather | 44 |');
  });

  test('begins another table where the head is repeated', async () => {
    const text = await markdown(4);
    expect(text).toContain('| Garden | 5 | 31 kg |\n\nIn the valley\n\n| Apiary | Hives | Honey |');
  });

  test('takes the size of the body from tables, too', async () => {
    expect(await markdown(5)).toMatch(/^#+ Three ways to keep the bees$/m);
  });
});
