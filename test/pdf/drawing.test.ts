import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ExtractionEvent } from '../../src/pdf/model/extraction.ts';
import { pdf, quarters, slowlyPainted } from '../files/pictures.ts';
import { extractAll, newPool, onlyProcess, requestFor } from './extracting.ts';

const folder = mkdtempSync(join(tmpdir(), 'pagehive-test-'));
const pool = newPool();

beforeAll(() => pool.start());
afterAll(async () => {
  await pool[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

test('a crash while drawing pages does not ban the engine, and keeps the pages that were taken', async () => {
  const { base64 } = await pdf((doc) => {
    for (let page = 1; page <= 17; page += 1) quarters(doc);
    slowlyPainted(doc);
  });
  const path = join(folder, 'slow.pdf');
  writeFileSync(path, Buffer.from(base64, 'base64'));
  const images = { thumbnailWidth: null, pageImageWidth: 1_000, format: 'JPEG' as const, seconds: 60, avoid: [] };
  const request = requestFor('one-page', { path, images, scratch: join(folder, 'scratch') });
  const events: ExtractionEvent[] = [];
  for await (const event of pool.extract(request, new AbortController().signal)) {
    if (event.type !== 'reading') events.push(event);
    else if (event.drawing?.includes(17) && event.engine === 'PDFIUM') process.kill(onlyProcess(pool), 'SIGSEGV');
  }
  expect(events).toMatchObject([
    { type: 'opened', engine: 'PDFIUM', pagesStored: 0 },
    { type: 'group', range: { first: 1 } },
    { type: 'opened', engine: 'PDFIUM', pagesStored: 16 },
    {
      type: 'group',
      range: { first: 17 },
      engine: 'PDFIUM',
      images: { pages: [{ failure: null }] },
    },
  ]);
});

test('reads the remaining pages when the time for drawing is used up', async () => {
  const images = { thumbnailWidth: 16, pageImageWidth: null, format: 'PNG' as const, seconds: 0, avoid: [] };
  const request = requestFor('many-pages', { pages: '1-33', images, scratch: join(folder, 'scratch') });
  const { groups } = await extractAll(pool, request);
  expect(groups.map(({ pages }) => pages.length)).toEqual([16, 16, 1]);
  const failures = groups.map((group) => [...new Set(group.images?.pages.map(({ failure }) => failure))]);
  expect(failures).toEqual([[null], ['GIVEN_UP'], ['GIVEN_UP']]);
});

test('counts the time that a crashed process has spent on drawing', async () => {
  const { base64 } = await pdf((doc) => {
    quarters(doc);
    slowlyPainted(doc);
  });
  const path = join(folder, 'slow.pdf');
  writeFileSync(path, Buffer.from(base64, 'base64'));
  const images = { thumbnailWidth: null, pageImageWidth: 1_000, format: 'JPEG' as const, seconds: 0, avoid: [] };
  const request = requestFor('one-page', { path, images, scratch: join(folder, 'scratch') });
  const failures: unknown[] = [];
  for await (const event of pool.extract(request, new AbortController().signal)) {
    if (event.type === 'reading' && event.drawing !== undefined) process.kill(onlyProcess(pool), 'SIGSEGV');
    if (event.type === 'group') failures.push(event.images?.pages.map(({ failure }) => failure));
  }
  expect(failures).toEqual([['GIVEN_UP']]);
});
