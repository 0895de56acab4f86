import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ExtractionEvent, ExtractionRequest } from '../../src/pdf/model/extraction.ts';
import { ExtractorKilledError } from '../../src/pdf/process/extractor-pool.ts';
import { begin, drain, extractAll, newPool, onlyProcess, requestFor, variantOf } from './extracting.ts';

const pool = newPool();

beforeAll(() => pool.start());
afterAll(() => pool[Symbol.asyncDispose]());

/** Makes the process crash at every group, and takes what comes until that fails. */
async function crashAtEachGroup(request: ExtractionRequest): Promise<{ events: ExtractionEvent[]; error: unknown }> {
  const events: ExtractionEvent[] = [];
  try {
    for await (const event of pool.extract(request, new AbortController().signal)) {
      events.push(event);
      if (event.type === 'group') {
        process.kill(onlyProcess(pool), 'SIGSEGV');
      }
    }
  } catch (error) {
    return { events, error };
  }
  throw new Error('The extraction survived.');
}

test('begins anew with the other engine after a crash, so that no result mixes the two', async () => {
  const { events, first } = await begin(pool, requestFor('many-pages', { pages: '1-64' }));
  expect(first[0]).toMatchObject({ type: 'opened', engine: 'PDFIUM', key: expect.stringMatching(/^PDFIUM /) });
  process.kill(onlyProcess(pool), 'SIGSEGV');
  const rest = await drain(events);
  const crash = rest.findIndex(({ type }) => type === 'crashed');
  expect(rest[crash]).toEqual({
    type: 'crashed',
    engine: 'PDFIUM',
    key: expect.stringMatching(/^PDFIUM \d+\.\d+\.\d+\/\d+$/),
    page: null,
    detail: 'SIGSEGV',
  });
  const [opened, ...groups] = rest.slice(crash + 1);
  expect(opened).toMatchObject({ type: 'opened', engine: 'PDFJS', pagesTotal: 64, pagesStored: 0 });
  const untouched = await extractAll(pool, requestFor('many-pages', { pages: '1-64', engine: 'PDFJS' }));
  expect(JSON.stringify(groups)).toBe(JSON.stringify(untouched.groups));
});

test('blames a document on which both engines crash, and tells of both', async () => {
  const { events, error } = await crashAtEachGroup(requestFor('many-pages'));
  expect(error).toMatchObject({ name: 'JobError', code: 'PDF_CRASHES_EXTRACTOR' });
  const crashes = events.flatMap((event) => (event.type === 'crashed' ? [{ ...event }] : []));
  expect(crashes.map(({ engine }) => engine)).toEqual(['PDFIUM', 'PDFJS']);
});

test('blames a document on which the only engine that it may use crashes', async () => {
  for (const [request, guilty] of [
    [requestFor('many-pages', { engine: 'PDFIUM' }), 'PDFIUM'],
    [requestFor('many-pages', { engine: 'PDFJS' }), 'PDFJS'],
    [requestFor('many-pages', { avoid: ['PDFIUM'] }), 'PDFJS'],
  ] as const) {
    const { events, error } = await crashAtEachGroup(request);
    expect(error).toMatchObject({ code: 'PDF_CRASHES_EXTRACTOR' });
    expect(events.at(-1)).toMatchObject({ type: 'crashed', engine: guilty });
  }
});

test('gives a page that costs PDFJS its process to PDFIUM alone, and goes on', async () => {
  const events = pool.extract(requestFor('rtl'), new AbortController().signal)[Symbol.asyncIterator]();
  for (let { value } = await events.next(); !isReadByPdfjs(value); { value } = await events.next());
  // Whatever it has done since, it goes no further than this group before that is taken.
  process.kill(onlyProcess(pool), 'SIGABRT');
  const rest = await drain(events);
  expect(rest.filter(({ type }) => type === 'crashed')).toEqual([]);
  const groups = rest.flatMap((event) => (event.type === 'group' ? [event] : []));
  expect(groups.flatMap(({ pages }) => pages)).toMatchObject([
    { number: 1, failure: null, details: { engine: 'PDFIUM' } },
    { number: 2, failure: null, details: { engine: 'PDFJS' } },
  ]);
});

function isReadByPdfjs(event: ExtractionEvent): boolean {
  return event.type === 'reading' && event.engine === 'PDFJS';
}

test('tells a kill from outside apart from a crash', async () => {
  for (const signal of ['SIGKILL', 'SIGTERM', 'SIGUSR2'] as const) {
    const { events } = await begin(pool, requestFor('many-pages'));
    process.kill(onlyProcess(pool), signal);
    const seen: ExtractionEvent[] = [];
    const rest = async () => {
      for await (const event of { [Symbol.asyncIterator]: () => events }) {
        seen.push(event);
      }
    };
    await expect(rest()).rejects.toThrow(ExtractorKilledError);
    expect(seen.filter(({ type }) => type === 'crashed')).toEqual([]);
  }
});

test('does not touch a document with an engine that is to be avoided', async () => {
  const byPdfium = await extractAll(pool, requestFor('outline', { avoid: ['PDFJS'] }));
  expect(byPdfium).toMatchObject({ engine: 'PDFIUM', facts: { pageCount: 6 } });
  expect(byPdfium.key).not.toContain('PDFJS');
  const byPdfjs = await extractAll(pool, requestFor('outline', { avoid: ['PDFIUM'] }));
  expect(byPdfjs).toMatchObject({ engine: 'PDFJS', facts: { pageCount: 6 } });
});

test('uses an engine that ran out of time or memory before only where no other opens the document', async () => {
  const other = await extractAll(pool, requestFor('outline', { lastResort: 'PDFIUM' }));
  expect(other).toMatchObject({ engine: 'PDFJS', facts: { fallback: 'AVOIDED' } });
  const only = await extractAll(pool, requestFor('outline', { avoid: ['PDFJS'], lastResort: 'PDFIUM' }));
  expect(only.engine).toBe('PDFIUM');
  // One that PDFIUM refuses.
  await using headless = await variantOf('outline', (text) => text.replace('%PDF-', ''));
  const again = await extractAll(pool, requestFor('outline', { path: headless.path, lastResort: 'PDFJS' }));
  expect(again.engine).toBe('PDFJS');
});

test('refuses a document whose engines are all to be avoided as QUARANTINED', async () => {
  for (const request of [
    requestFor('one-page', { avoid: ['PDFIUM', 'PDFJS'] }),
    requestFor('one-page', { engine: 'PDFIUM', avoid: ['PDFIUM'] }),
    requestFor('one-page', { engine: 'PDFJS', avoid: ['PDFJS'] }),
  ]) {
    await expect(extractAll(pool, request)).rejects.toMatchObject({ name: 'JobError', code: 'QUARANTINED' });
  }
});
