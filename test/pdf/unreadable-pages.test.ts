import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { assemble, stream } from '../../scripts/fixtures/raw-pdf.ts';
import { extractAll, newPool, requestFor, textOf, variantOf } from './extracting.ts';
import { ownDocument } from './own-document.ts';

const pool = newPool();

beforeAll(() => pool.start());
afterAll(() => pool[Symbol.asyncDispose]());

describe.each(['AUTO', 'PDFJS'] as const)('by %s', (engine) => {
  test('reads the other pages of a document with pages that cannot be read', async () => {
    const found = await extractAll(pool, requestFor('half-lost', { engine }));
    // The document claims to have six pages.
    expect(found.pages.length).toBe(4);
    expect(found.pages.map(({ failure }) => failure)).toEqual(
      found.pages.map(({ number }) => (number <= 3 ? null : 'DAMAGED')),
    );
    expect(textOf(found, 3)).toBe('Page 3 of a document that lost its end.');
    expect(found.pages[3]).toMatchObject({ text: '', markdown: '', links: [], width: 0, height: 0 });
  });

  test('fails a document without a readable page', async () => {
    const request = requestFor('half-lost', { engine, pages: '4-' });
    await expect(extractAll(pool, request)).rejects.toMatchObject({ code: 'PDF_DAMAGED', page: null });
  });

  test('fails because of a single page if all are required, and names the page', async () => {
    const request = requestFor('half-lost', { engine, requireAllPages: true });
    await expect(extractAll(pool, request)).rejects.toMatchObject({ code: 'PDF_DAMAGED', page: 4 });
    const readable = await extractAll(pool, { ...request, pages: '1-3' });
    expect(readable.pages).toHaveLength(3);
  });

  test('creates no image of an unreadable page', async () => {
    const images = { thumbnailWidth: 100, pageImageWidth: null, format: 'PNG' as const, seconds: 60, avoid: [] };
    const { groups } = await extractAll(pool, requestFor('half-lost', { engine, images }));
    const failures = groups[0]?.images?.pages.map(({ failure }) => failure);
    expect(new Set(failures?.slice(3))).toEqual(new Set(['CANNOT_RENDER']));
    expect(failures?.slice(0, 3)).toEqual([null, null, null]);
  });
});

test('remembers which stored pages are unreadable', async () => {
  const request = requestFor('half-lost');
  const { key } = await extractAll(pool, request);
  const stored = { key, pages: [{ first: 1, last: 4 }], unreadable: [4] };
  expect((await extractAll(pool, { ...request, stored })).pagesStored).toBe(4);
  await expect(extractAll(pool, { ...request, stored, requireAllPages: true })).rejects.toMatchObject({
    code: 'PDF_DAMAGED',
    page: 4,
  });
  const allLost = { key, pages: [{ first: 4, last: 4 }], unreadable: [4] };
  await expect(extractAll(pool, { ...request, pages: '4-', stored: allLost })).rejects.toMatchObject({
    code: 'PDF_DAMAGED',
  });
});

test('reads the pages of a document that claims to have more', async () => {
  await using document = await variantOf('links', (text) => text.replace(/\/Count 3/, '/Count 5'));
  const found = await extractAll(pool, requestFor('links', { path: document.path }));
  expect(textOf(found, 3)).toContain('The third page');
  expect(found.pages.slice(3).every(({ failure }) => failure === 'DAMAGED')).toBe(true);
});

const formBox = '<< /Type /XObject /Subtype /Form /BBox [0 0 400 300]';
/** Thirty forms, each of which draws the next one ten times: no engine can finish the page. */
const forms = Array.from({ length: 30 }, (_, index) =>
  stream('/X Do '.repeat(10)).replace(
    '<<',
    `${formBox} /Resources << /XObject << /X ${Math.min(36, 8 + index)} 0 R >> >>`,
  ),
);
const endless = ownDocument(() =>
  assemble([
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R 4 0 R] /Count 2 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 400 300] /Contents 5 0 R /Resources << /Font << /F1 6 0 R >> >> >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 400 300] /Contents 7 0 R /Resources << /XObject << /X 8 0 R >> >> >>',
    stream('BT /F1 12 Tf 50 200 Td (The other page) Tj ET'),
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
    stream('/X Do'),
    ...forms,
  ]),
);

test('an endless page is stopped at its own limit, and only that page is lost', async () => {
  await using impatient = newPool({ pageMilliseconds: 500 });
  const found = await extractAll(impatient, requestFor('form', { path: endless.path, engine: 'PDFIUM' }));
  expect(textOf(found, 1)).toBe('The other page');
  expect(found.pages[1]).toMatchObject({ text: '', failure: expect.stringMatching(/^(TIME|MEMORY)_LIMIT$/) });
});
