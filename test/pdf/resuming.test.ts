import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ExtractedPage } from '../../src/pdf/model/document.ts';
import type { ExtractionRequest, PageRange } from '../../src/pdf/model/extraction.ts';
import { loadEngines } from '../../src/pdf/run/engines.ts';
import { runExtraction } from '../../src/pdf/run/extraction-run.ts';
import { extractAll, newPool, requestFor, variantOf } from './extracting.ts';

const pool = newPool();

beforeAll(() => pool.start());
afterAll(() => pool[Symbol.asyncDispose]());

const sample = requestFor('many-pages', {
  path: new URL('../../samples/pagehive-sample.pdf', import.meta.url).pathname,
});

/**
 * Documents of many groups: repeated headers that PDFIUM strips group by group, page ranges, and pages that all differ.
 */
const requests: [string, ExtractionRequest][] = [
  ['every page of a document with headers', requestFor('many-pages')],
  ['ranges of it', requestFor('many-pages', { pages: '3,15-18,40-90,130,290-' })],
  ['a document with tables and lists', { ...sample, pages: '8-80' }],
];

function rangesOf(pages: Iterable<number>): PageRange[] {
  return [...pages].map((page) => ({ first: page, last: page }));
}

describe.each(['PDFIUM', 'PDFJS'] as const)('by %s', (engine) => {
  test.each(requests)('returns the same bytes after any number of interruptions: %s', async (_, someRequest) => {
    const request = { ...someRequest, engine };
    const { key, pagesTotal, pages: whole } = await extractAll(pool, request);
    const groupsBefore = fc.array(fc.nat({ max: 4 }), { minLength: 1, maxLength: 2 });
    await fc.assert(
      fc.asyncProperty(groupsBefore, async (interruptions) => {
        const done = new Map<number, ExtractedPage>();
        for (const groups of [...interruptions, Number.POSITIVE_INFINITY]) {
          const stored = { key, pages: rangesOf(done.keys()), unreadable: [] };
          let left = groups;
          for await (const event of pool.extract({ ...request, stored }, new AbortController().signal)) {
            if (event.type === 'opened') {
              expect(event).toMatchObject({ key, pagesTotal, pagesStored: done.size });
            } else if (event.type === 'group') {
              for (const page of event.pages) {
                done.set(page.number, page);
              }
              left -= 1;
            }
            if (left <= 0) {
              break;
            }
          }
        }
        expect(JSON.stringify([...done.values()])).toBe(JSON.stringify(whole));
      }),
      { numRuns: 1 },
    );
  });

  test.each(requests)('extracts only the missing groups, for any stored ones: %s', async (_, someRequest) => {
    const request = { ...someRequest, engine };
    const { key, groups } = await extractAll(pool, request);
    await fc.assert(
      fc.asyncProperty(fc.subarray(groups), fc.nat({ max: 3 }), async (stored, brokenOff) => {
        const pages = stored.flatMap((group) => group.pages.map(({ number }) => number));
        // A group with missing pages does not count: it is extracted again.
        const missing = groups.filter((group) => !stored.includes(group));
        const half = missing.slice(0, brokenOff).flatMap((group) => group.pages.slice(1).map(({ number }) => number));
        const rest = await extractAll(pool, {
          ...request,
          stored: { key, pages: rangesOf([...pages, ...half]), unreadable: [] },
        });
        expect(rest.pagesStored).toBe(pages.length);
        expect(JSON.stringify(rest.groups)).toBe(JSON.stringify(missing));
      }),
      { numRuns: 3 },
    );
  });

  test('extracts everything again if the stored pages have another key', async () => {
    const request = requestFor('many-pages', { engine, pages: '1-40' });
    const stored = { key: 'PDFIUM 0.0.1/1', pages: [{ first: 1, last: 40 }], unreadable: [] };
    const found = await extractAll(pool, { ...request, stored });
    expect(found).toMatchObject({ pagesStored: 0, pagesTotal: 40 });
    expect(found.pages).toHaveLength(40);
  });
});

test('opens a document that PDFIUM refuses with PDFJS again, and continues after the stored pages', async () => {
  await using document = await variantOf('many-pages', (text) => text.replace('%PDF-', ''));
  const request = requestFor('many-pages', { path: document.path, pages: '1-20' });
  const { key, engine, groups } = await extractAll(pool, request);
  expect(engine).toBe('PDFJS');
  const again = await extractAll(pool, {
    ...request,
    stored: { key, pages: [{ first: 1, last: 16 }], unreadable: [] },
  });
  expect(again).toMatchObject({ engine: 'PDFJS', key, pagesStored: 16, pagesTotal: 20 });
  expect(JSON.stringify(again.groups)).toBe(JSON.stringify(groups.slice(1)));
});

test('returns the same later groups after PDFJS lost its thread as a resumed run does', async () => {
  await using document = await variantOf('many-pages', (text) => text.replaceAll(/\/Type \/Page\b/g, '$& /Rotate 90'));
  const request = requestFor('many-pages', { path: document.path, pages: '1-40' });
  const untouched = await extractAll(pool, request);
  expect(new Set(untouched.pages.map(({ rotation }) => rotation))).toEqual(new Set([90]));
  const engines = await loadEngines();
  const pages: ExtractedPage[] = [];
  for await (const event of runExtraction({ request, engines, report() {}, onPage() {} })) {
    if (event.type === 'group') {
      pages.push(...event.pages);
      const thread = await engines.pdfjs();
      await thread.within(new Promise(() => {}), 1).catch(() => {});
    }
  }
  expect(JSON.stringify(pages)).toBe(JSON.stringify(untouched.pages));
});
