import { describe, expect, it } from 'vitest';
import { extractAll, requestFor } from './extracting.ts';
import { drawnDocument, writer } from './own-document.ts';

const body = (y: number, x = 72): [number, [number, string]][] =>
  [
    'The keepers of the valley wrote down every harvest of the year, and the',
    'weather of each week beside it, so that their children could read there',
    'which meadows had bloomed early and which of the hives had been lost.',
  ].map((text, index) => [y + 14 * index, [x, text]]);

const { path, pool } = drawnDocument((doc) => {
  doc.addPage();
  const write = writer(doc);
  write([[72, [72, 'T']]], { size: 40 });
  write([
    [78, [104, 'he keepers of the valley wrote down every harvest of the year,']],
    [92, [104, 'and the weather of each week beside it, so that their children']],
    [106, [72, 'could read there which meadows had bloomed early in the spring.']],
  ]);
  write([[200, [72, 'A']]], { size: 40 });
  write([[212, [104, 'Grade of honey from the valley']]]);

  doc.addPage();
  writer(doc)([[72, [72, 'H O N E Y'], [184, 'Y E A R']]], { size: 20 });
  writer(doc)(body(120));
  writer(doc)([[200, [72, 'Vitamins A B C D E are found in it.']]]);

  doc.addPage();
  writer(doc)([[60, [72, 'Letters to keepers']]], { size: 13 });
  writer(doc)([[80, [72, 'What the keepers of the valley wrote down']]], { size: 22 });
  writer(doc)(body(130));
  writer(doc)([[200, [72, 'The second year of the valley']]], { size: 22 });
  writer(doc)([[236, [72, 'Its harvest']]], { size: 14 });
  writer(doc)(body(270));

  doc.addPage();
  writer(doc)([
    [72, [72, 'The'], [160, 'weather'], [270, 'of'], [360, 'the']],
    [86, [72, 'year was written down in a book, page by page, by the']],
    [100, [72, 'keepers of the valley and by their children after them.']],
    [140, [72, 'Number'], [200, '4711']],
    [154, [72, 'Date'], [200, '5 May 2025']],
  ]);
});

const markdownOf = async (page: number) =>
  (await extractAll(pool, requestFor('', { path, pages: String(page) }))).pages[0]?.markdown ?? '';

describe('display type', () => {
  it('has drop capitals joined with their word, and no other large letters', async () => {
    const markdown = await markdownOf(1);
    expect(markdown).toContain(
      'The keepers of the valley wrote down every harvest of the year, and the weather of each week beside it',
    );
    expect(markdown).not.toContain('AGrade');
  });

  it('has letters that are set apart by spaces joined to words, but not single letters in a sentence', async () => {
    const markdown = await markdownOf(2);
    expect(markdown).toMatch(/^# HONEY YEAR$/m);
    expect(markdown).toContain('Vitamins A B C D E are found in it.');
  });

  it('has no heading in a small short line above a title, but one in a small line below', async () => {
    const markdown = await markdownOf(3);
    expect(markdown).toMatch(/^Letters to keepers$/m);
    expect(markdown).toMatch(/^# What the keepers of the valley wrote down$/m);
    expect(markdown).toMatch(/^# The second year of the valley$/m);
    expect(markdown).toMatch(/^## Its harvest$/m);
  });

  it('keeps a sentence whole whose line has wide gaps, and labels apart from their values', async () => {
    const markdown = await markdownOf(4);
    expect(markdown).toContain('The weather of the year was written down in a book, page by page, by the keepers');
    expect(markdown).not.toMatch(/4711 Date/);
  });
});
