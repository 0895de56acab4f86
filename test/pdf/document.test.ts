import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { extractAll, newPool, requestFor, textOf } from './extracting.ts';

const pool = newPool();

beforeAll(() => pool.start());
afterAll(() => pool[Symbol.asyncDispose]());

describe.each(['PDFIUM', 'PDFJS'] as const)('by %s', (engine) => {
  test('finds each text of a long document on its page', async () => {
    const found = await extractAll(pool, requestFor('many-pages', { engine }));
    expect(found).toMatchObject({ engine, pagesTotal: 300, facts: { pageCount: 300 } });
    expect(found.pages.map(({ number }) => number)).toEqual(Array.from({ length: 300 }, (_, index) => index + 1));
    for (const { number } of found.pages) {
      expect(textOf(found, number)).toContain(`This is page ${number} of 300.`);
    }
  });

  test('reads columns one after the other', async () => {
    const found = await extractAll(pool, requestFor('columns', { engine }));
    const sentences = [...textOf(found, 1).matchAll(/Sentence (\d+)/g)].map(([, number]) => Number(number));
    expect(sentences).toEqual(Array.from({ length: 16 }, (_, index) => index + 1));
  });

  test('keeps the rows of a table together', async () => {
    const found = await extractAll(pool, requestFor('table', { engine }));
    expect(textOf(found, 1)).toContain('Alpha Lime blossom 12 6.0 Beta Heather 7 3.5');
  });

  test('marks headings in Markdown', async () => {
    const { pages } = await extractAll(pool, requestFor('headings', { engine }));
    expect(pages[0]?.markdown).toMatch(/^#+ Keeping bees$/m);
    expect(pages[0]?.markdown).toMatch(/^#+ The hive$/m);
    expect(pages[0]?.markdown).not.toMatch(/^#+ A hive needs/m);
  });

  test('returns sizes as displayed, and upright text, for any rotation', async () => {
    const request = requestFor('rotated', { engine, keepHeadersFooters: true });
    const { pages } = await extractAll(pool, request);
    const upright = [595, 842];
    const turned = [842, 595];
    expect(pages.map(({ rotation }) => rotation)).toEqual([0, 90, 180, 270]);
    expect(pages.map(({ width, height }) => [Math.round(width), Math.round(height)])).toEqual([
      upright,
      turned,
      upright,
      turned,
    ]);
    for (const { rotation, text, markdown } of pages) {
      expect(text.trim()).toBe(`This page is rotated by ${rotation} degrees.`);
      expect(markdown.trim()).toBe(`This page is rotated by ${rotation} degrees.`);
    }
  });

  test('finds external links with the words under them', async () => {
    const { pages } = await extractAll(pool, requestFor('links', { engine }));
    const external = pages[0]?.links.filter(({ url }) => url !== null);
    expect(external?.map(({ url }) => url)).toEqual([
      'https://example.org/bees',
      'https://example.com/search?q=honey&page=2#top',
      'mailto:keeper@example.org',
    ]);
    expect(external?.[1]?.text).toBe('A search with a query');
    expect(pages[1]?.links).toEqual([]);
  });

  test('returns the page labels that readers show', async () => {
    const { pages } = await extractAll(pool, requestFor('labels', { engine }));
    expect(pages.map(({ label }) => label)).toEqual(['i', 'ii', 'iii', '1', '2', '3', '4', 'A-1', 'A-2']);
    const unlabelled = await extractAll(pool, requestFor('one-page', { engine }));
    expect(unlabelled.pages[0]?.label).toBeNull();
  });

  test('reads Chinese, Japanese and Korean, with embedded fonts or predefined maps', async () => {
    const japanese = await extractAll(pool, requestFor('cjk', { engine }));
    expect(textOf(japanese, 1)).toContain('蜜蜂の巣箱');
    const mapped = await extractAll(pool, requestFor('cjk-cmaps', { engine }));
    expect(mapped.pages).toHaveLength(4);
    expect(mapped.pages.every(({ text }) => /\p{Script=Han}|\p{Script=Hangul}/u.test(text))).toBe(true);
  });

  test('reads an empty page as empty text', async () => {
    const { pages } = await extractAll(pool, requestFor('blank', { engine }));
    expect(pages).toMatchObject([{ number: 1, text: '', links: [] }]);
  });

  test('returns the facts about the whole document', async () => {
    const { facts } = await extractAll(pool, requestFor('metadata', { engine }));
    expect(facts.metadata).toEqual({
      title: 'The Keeper’s Ledger',
      author: 'Ada Honeywell',
      subject: 'Counting frames',
      keywords: 'bees, frames, ledger',
      creator: 'Pagehive fixtures',
      producer: 'PDFKit',
      createdAt: '2024-02-29T12:34:56.000Z',
      modifiedAt: '2025-03-01T01:02:03.000Z',
      pdfVersion: '1.7',
      tagged: true,
      encrypted: false,
      permissions: null,
      language: 'en-GB',
      xmp: expect.stringContaining('<rdf:li>Ada Honeywell</rdf:li>'),
    });
  });

  test('flattens the outline with depths and pages', async () => {
    const { facts } = await extractAll(pool, requestFor('outline', { engine }));
    expect(facts.outline).toEqual([
      { title: 'Introduction', depth: 0, pageNumber: 1 },
      { title: 'Part One', depth: 0, pageNumber: 2 },
      { title: 'Workers', depth: 1, pageNumber: 3 },
      { title: 'Foragers', depth: 2, pageNumber: 4 },
      { title: 'Drones & Queens', depth: 1, pageNumber: 5 },
      { title: 'Épilogue — 結び', depth: 0, pageNumber: 6 },
    ]);
  });
});

test('reads right-to-left words in the order of the language', async () => {
  const found = await extractAll(pool, requestFor('rtl'));
  expect(textOf(found, 1)).toContain('הדבורה עפה מפרח לפרח');
  expect(textOf(found, 2)).toContain('سلام على كل ورد');
});

test('reads columns that run from top to bottom', async () => {
  const { pages } = await extractAll(pool, requestFor('vertical'));
  expect(pages[0]?.text).toBe('蜂は花の蜜を\n\n集めて帰る');
  expect(pages[0]?.details.fallback).toBe('VERTICAL');
});

test.each(['AUTO', 'PDFJS'] as const)(
  'reads letters that are pictures, and shapes of several letters, by %s',
  async (engine) => {
    const found = await extractAll(pool, requestFor('letters', { engine }));
    expect(textOf(found, 1)).toBe('PICTURES');
    expect(textOf(found, 3)).toBe('الخطوط');
  },
);

test.each(['AUTO', 'PDFIUM', 'PDFJS'] as const)(
  'keeps emoji and letters of formulas in place by %s',
  async (engine) => {
    const found = await extractAll(pool, requestFor('letters', { engine, pages: '2' }));
    expect(found.pages[0]?.text).toBe('Let 𝑥🐝 be a bee.');
  },
);

test('finds links inside the document by PDFJS', async () => {
  const { pages } = await extractAll(pool, requestFor('links', { engine: 'PDFJS' }));
  expect(pages[0]?.links).toContainEqual({ text: 'Go to the third page', url: null, pageNumber: 3 });
  expect(pages[2]?.links).toEqual([{ text: 'Back to the start', url: null, pageNumber: 1 }]);
});

test('keeps running headers in Markdown only on request', async () => {
  const header = 'A fixture with many pages';
  const without = await extractAll(pool, requestFor('many-pages', { pages: '1-16' }));
  const kept = await extractAll(pool, requestFor('many-pages', { pages: '1-16', keepHeadersFooters: true }));
  expect(without.pages.some(({ markdown }) => markdown.includes(header))).toBe(false);
  expect(kept.pages.every(({ markdown }) => markdown.includes(header))).toBe(true);
});
