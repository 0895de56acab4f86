import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { extractAll, newPool, requestFor } from './extracting.ts';

const pool = newPool();

beforeAll(() => pool.start());
afterAll(() => pool[Symbol.asyncDispose]());

describe.each(['PDFIUM', 'PDFJS'] as const)('Markdown by %s', (engine) => {
  const markdownOf = async (fixture: string, more = {}) =>
    (await extractAll(pool, requestFor(fixture, { engine, ...more }))).pages.map(({ markdown }) => markdown);

  test('writes a ruled table with pipes', async () => {
    const [page] = await markdownOf('table');
    expect(page).toMatch(/^\| Hive \| Flower \| Jars \| Weight in kg \|\n\|( --- \|){4}\n\| Alpha \|/m);
    expect(page).toMatch(/^\| Gamma \| +\| /m);
  });

  test('writes a table whose cells span as HTML', async () => {
    const [page] = await markdownOf('layouts');
    expect(page?.replace(/\n */g, '')).toContain(
      '<tr><td rowspan="2">Apiary</td><td colspan="2">Honey in kilograms</td></tr>' +
        '<tr><td>Spring</td><td>Summer</td></tr><tr><td>Meadow</td><td>12</td><td>31</td></tr>',
    );
  });

  test('puts notes below columns after the whole text', async () => {
    const [, page = ''] = await markdownOf('layouts');
    const order = [...page.matchAll(/(Sentence|Remark) (\d+)/g)].map(([, word, number]) => `${word} ${number}`);
    const counted = (word: string, most: number) => Array.from({ length: most }, (_, index) => `${word} ${index + 1}`);
    expect(order).toEqual([...counted('Sentence', 24), ...counted('Remark', 8)]);
  });

  test('joins words broken at line ends, based on other words of the document', async () => {
    const [, , page] = await markdownOf('layouts');
    expect(page).toContain('are building combs. A well-kept hive');
  });

  test('leaves broken words unchanged on request', async () => {
    const [, , page] = await markdownOf('layouts', { keepHyphenation: true });
    expect(page).toContain('are build- ing combs. A well- kept hive');
  });

  test('marks headings, numbered items and code, and no other lines', async () => {
    const [page = ''] = await markdownOf('headings');
    const headings = [...page.matchAll(/^#+ (.*)$/gm)].map(([, title]) => title);
    expect(headings).toEqual(['Keeping bees', 'The hive', 'What you need', 'First steps', 'The ledger']);
    expect(page).toMatch(/^1\. Light the smoker\.$/m);
    expect(page).toMatch(/```\n[^`]*frames = 10[^`]*\n```/);
  });

  test('gives headings of a long document the same level on all pages', async () => {
    const path = new URL('../../samples/pagehive-sample.pdf', import.meta.url).pathname;
    const pages = await markdownOf('one-page', { path, pages: '1-60' });
    const found = ['What a Pagehive Is', 'The Anatomy of a Page', 'Cells, Frames and Folios', 'Choosing a Site'];
    const levels = found.map((title) => new RegExp(`^(#+) ${title}$`, 'm').exec(pages.join('\n'))?.[1]);
    expect(levels).toEqual(['##', '##', '##', '##']);
    const sections = [...pages.join('\n').matchAll(/^(#+) \d\.\d .*$/gm)].map(([, level]) => level);
    expect(new Set(sections)).toEqual(new Set(['###']));
  });

  test('recognizes a running header on a page that forms a group', async () => {
    const pages = await markdownOf('many-pages', { pages: '1-17' });
    expect(pages[16]).not.toBe('');
    expect(pages[16]).not.toContain('A fixture with many pages');
  });

  test('links footnotes to their references', async () => {
    const { pages } = await extractAll(pool, requestFor('layouts', { engine, pages: '4' }));
    expect(pages[0]?.markdown).toBe(
      [
        'Queens are marked by year,[^4-1] so that nobody has to guess their age. Their wax melts at sixty degrees.[^4-2] ' +
          'Bees breathe out CO2 like anybody else. Water stays H2O in all of this, whatever the weather does to it.',
        '[^4-1]: By a dot of paint: see https://example.org/marks for the five colours.',
        '[^4-2]: Or at sixty-four: nobody has measured it twice.',
      ].join('\n\n'),
    );
    expect(pages[0]?.text).toContain('by year,[1] so that');
    expect(pages[0]?.details.blocks.map(({ kind }) => kind)).toEqual(['PARAGRAPH', 'FOOTNOTE', 'FOOTNOTE']);
  });

  test('writes links in place', async () => {
    const [page] = await markdownOf('links');
    expect(page).toContain('For more about bees see [the bee page](https://example.org/bees) of our site.');
  });
});
