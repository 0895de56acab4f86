import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ExtractionEvent, ExtractionRequest } from '../../src/pdf/model/extraction.ts';
import { ExtractorKilledError } from '../../src/pdf/process/processes.ts';
import { begin, drain, extractAll, newPool, onlyProcess, requestFor, variantOf } from './extracting.ts';

const pool = newPool();

beforeAll(() => pool.start());
afterAll(() => pool[Symbol.asyncDispose]());

/** Crashes the process. It may have crashed already: groups that it had sent before still arrive. */
function crash(pid: number): void {
  try {
    process.kill(pid, 'SIGSEGV');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** Crashes the process at every group, and collects events until the extraction fails. */
async function crashAtEachGroup(request: ExtractionRequest): Promise<{ events: ExtractionEvent[]; error: unknown }> {
  const events: ExtractionEvent[] = [];
  try {
    for await (const event of pool.extract(request, new AbortController().signal)) {
      events.push(event);
      if (event.type === 'group') {
        crash(onlyProcess(pool));
      }
    }
  } catch (error) {
    return { events, error };
  }
  throw new Error('The extraction survived.');
}

test('starts over with the other engine after a crash, so that no result mixes the two', async () => {
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

test('blames a document on which both engines crash, and reports both', async () => {
  const { events, error } = await crashAtEachGroup(requestFor('many-pages'));
  expect(error).toMatchObject({ name: 'JobError', code: 'PDF_CRASHES_EXTRACTOR' });
  const crashes = events.flatMap((event) => (event.type === 'crashed' ? [{ ...event }] : []));
  expect(crashes.map(({ engine }) => engine)).toEqual(['PDFIUM', 'PDFJS']);
});

test('blames a document on which its only allowed engine crashes', async () => {
  for (const [request, engine] of [
    [requestFor('many-pages', { engine: 'PDFIUM' }), 'PDFIUM'],
    [requestFor('many-pages', { engine: 'PDFJS' }), 'PDFJS'],
    [requestFor('many-pages', { avoid: ['PDFIUM'] }), 'PDFJS'],
  ] as const) {
    const { events, error } = await crashAtEachGroup(request);
    expect(error).toMatchObject({ code: 'PDF_CRASHES_EXTRACTOR' });
    expect(events.at(-1)).toMatchObject({ type: 'crashed', engine });
  }
});

test('uses only PDFIUM for a page that crashes PDFJS, and continues', async () => {
  let rest: ExtractionEvent[] = [];
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const events = pool.extract(requestFor('rtl'), new AbortController().signal)[Symbol.asyncIterator]();
    for (let { value } = await events.next(); !isReadByPdfjs(value); { value } = await events.next());
    process.kill(onlyProcess(pool), 'SIGABRT');
    rest = await drain(events);
    // A crash without a page, or of the next page, means that the signal came after the page was read: try again.
    const [first] = rest.flatMap((event) => (event.type === 'group' ? event.pages : []));
    const isRead = first !== undefined && 'details' in first && first.details?.engine === 'PDFJS';
    if (!isRead && !rest.some(({ type }) => type === 'crashed')) break;
  }
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

test('distinguishes a kill from outside from a crash', async () => {
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

test('does not open a document with an avoided engine', async () => {
  const byPdfium = await extractAll(pool, requestFor('outline', { avoid: ['PDFJS'] }));
  expect(byPdfium).toMatchObject({ engine: 'PDFIUM', facts: { pageCount: 6 } });
  expect(byPdfium.key).not.toContain('PDFJS');
  const byPdfjs = await extractAll(pool, requestFor('outline', { avoid: ['PDFIUM'] }));
  expect(byPdfjs).toMatchObject({ engine: 'PDFJS', facts: { pageCount: 6 } });
});

test('uses an engine that ran out of time or memory before only if no other opens the document', async () => {
  const other = await extractAll(pool, requestFor('outline', { lastResort: 'PDFIUM' }));
  expect(other).toMatchObject({ engine: 'PDFJS', facts: { fallback: 'AVOIDED' } });
  const only = await extractAll(pool, requestFor('outline', { avoid: ['PDFJS'], lastResort: 'PDFIUM' }));
  expect(only.engine).toBe('PDFIUM');
  // A document that PDFIUM refuses.
  await using headless = await variantOf('outline', (text) => text.replace('%PDF-', ''));
  const again = await extractAll(pool, requestFor('outline', { path: headless.path, lastResort: 'PDFJS' }));
  expect(again.engine).toBe('PDFJS');
});

test('refuses a document as QUARANTINED if all its engines are avoided', async () => {
  for (const request of [
    requestFor('one-page', { avoid: ['PDFIUM', 'PDFJS'] }),
    requestFor('one-page', { engine: 'PDFIUM', avoid: ['PDFIUM'] }),
    requestFor('one-page', { engine: 'PDFJS', avoid: ['PDFJS'] }),
  ]) {
    await expect(extractAll(pool, request)).rejects.toMatchObject({ name: 'JobError', code: 'QUARANTINED' });
  }
});
