import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { extractAll, newPool, requestFor, textOf } from './extracting.ts';

const pool = newPool();

beforeAll(() => pool.start());
afterAll(() => pool[Symbol.asyncDispose]());

test.each([
  ['empty', 'PDF_EMPTY'],
  ['not-a-pdf', 'NOT_A_PDF'],
  ['no-pages', 'PDF_NO_PAGES'],
  ['damaged', 'PDF_DAMAGED'],
  ['truncated', 'PDF_DAMAGED'],
  ['encrypted', 'PDF_ENCRYPTED'],
] as const)('refuses %s.pdf as %s with every engine', async (fixture, code) => {
  for (const engine of ['AUTO', 'PDFIUM', 'PDFJS'] as const) {
    await expect(extractAll(pool, requestFor(fixture, { engine }))).rejects.toMatchObject({ name: 'JobError', code });
  }
});

test('reports a wrong password without repeating it', async () => {
  for (const engine of ['AUTO', 'PDFIUM', 'PDFJS'] as const) {
    const refusal = await extractAll(pool, requestFor('encrypted', { engine, password: 'hunter2' })).catch(
      (error) => error,
    );
    expect(refusal).toMatchObject({ code: 'PDF_WRONG_PASSWORD' });
    expect(String(refusal.stack) + String(refusal.cause)).not.toContain('hunter2');
  }
});

test('opens an encrypted document with its password', async () => {
  for (const engine of ['PDFIUM', 'PDFJS'] as const) {
    const found = await extractAll(pool, requestFor('encrypted', { engine, password: 'pagehive' }));
    expect(textOf(found, 1)).toBe('This text is readable with the password only.');
    expect(found.facts.metadata.encrypted).toBe(true);
  }
});

test('opens a document that is encrypted with an empty password, even with an unnecessary one', async () => {
  const found = await extractAll(pool, requestFor('restricted'));
  expect(textOf(found, 1)).toContain('Everyone may read this text');
  expect(found.facts.metadata.encrypted).toBe(true);
  const plain = await extractAll(pool, requestFor('one-page', { password: 'needless' }));
  expect(plain.pages).toHaveLength(1);
});

test('reads documents that need repair or have junk before them', async () => {
  for (const fixture of ['repairable', 'junk-before']) {
    expect(textOf(await extractAll(pool, requestFor(fixture)), 1)).toContain('Hello from Pagehive');
  }
});

test('reads a file with any name', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'pagehive-test-'));
  try {
    const path = join(folder, 'no extension.docx');
    await copyFile(requestFor('one-page').path, path);
    const found = await extractAll(pool, requestFor('one-page', { path, engine: 'PDFIUM' }));
    expect(textOf(found, 1)).toContain('Hello from Pagehive');
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('blames the storage for a missing file', async () => {
  const request = requestFor('one-page', { path: '/nonexistent/document.pdf' });
  await expect(extractAll(pool, request)).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
});

test('extracts only the requested pages', async () => {
  for (const engine of ['PDFIUM', 'PDFJS'] as const) {
    const found = await extractAll(pool, requestFor('many-pages', { engine, pages: '299-, 3, 15-18' }));
    expect(found.pagesTotal).toBe(7);
    expect(found.pages.map(({ number }) => number)).toEqual([3, 15, 16, 17, 18, 299, 300]);
    expect(found.groups.map(({ range }) => range)).toEqual([
      { first: 1, last: 16 },
      { first: 17, last: 32 },
      { first: 289, last: 300 },
    ]);
    expect(textOf(found, 18)).toContain('This is page 18 of 300.');
  }
});

test('refuses page ranges outside the document and invalid ones', async () => {
  for (const pages of ['2-', 'x']) {
    await expect(extractAll(pool, requestFor('one-page', { pages }))).rejects.toMatchObject({
      code: 'PAGES_OUT_OF_RANGE',
    });
  }
});

test('counts the selected pages against the page limit', async () => {
  await expect(extractAll(pool, requestFor('many-pages', { maxPages: 299 }))).rejects.toMatchObject({
    code: 'PAGE_LIMIT',
  });
  const found = await extractAll(pool, requestFor('many-pages', { maxPages: 2, pages: '7,9' }));
  expect(found.pages).toHaveLength(2);
});
