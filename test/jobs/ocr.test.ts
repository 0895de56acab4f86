import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accepted, endedJob, refused, submit, tryCreateJob } from '../api/submitting.ts';
import { graphql, subscribe } from '../graphql.ts';
import { newPool } from '../pdf/extracting.ts';
import { lines, type Sheet, scansOf } from '../pdf/scans.ts';
import { type Service, startService } from '../service.ts';

let service: Service;
/** A document with three scanned pages and one page of text. */
let scan: { base64: string };

const text = (word: string) => lines(`The ${word} is where the keepers are.`, 'Nothing else happened that day.');

beforeAll(async () => {
  service = await startService();
  scan = await source([
    { draw: text('orchard') },
    { draw: text('meadow'), scanned: false },
    { draw: text('garden') },
    { draw: text('forest') },
  ]);
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

async function source(sheets: Sheet[]): Promise<{ base64: string }> {
  return { base64: (await scansOf(sheets)).toString('base64') };
}

/** Draws a page that takes OCR some seconds. */
function scribble(page: PDFKit.PDFDocument): void {
  page.fontSize(3);
  for (let y = 0; y < 190; y += 3)
    page.text(`${y} abcdefg hijklm nopqrst uvwxyz `.repeat(8), 5, y, { lineBreak: false });
}

const result = `status stage progressPercentage pagesDone options { ocr ocrLanguages } attempts { number }
  failure { code category message advice retryable }
  result { text page(number: 1) { markdown needsOcr ocrReason ocr { outcome languages confidence } } }`;

describe('a job that requests OCR', () => {
  it('has the text of scanned pages in its result and in the search', async () => {
    const { id } = await submit(service, { source: scan, options: { ocr: true } });
    const job = await endedJob(service, id, result);
    expect(job).toMatchObject({
      status: 'COMPLETED',
      progressPercentage: 100,
      pagesDone: 4,
      options: { ocr: true, ocrLanguages: ['eng'] },
      result: {
        page: {
          markdown: expect.stringContaining('The orchard is where the keepers are.'),
          needsOcr: false,
          ocrReason: 'SCANNED',
          ocr: { outcome: 'READ', languages: ['eng'] },
        },
      },
    });
    const words = job.result.text.split('\f').map((page: string) => page.split(' ')[1]);
    expect(words).toEqual(['orchard', 'meadow', 'garden', 'forest']);
    const query = '{ searchPages(query: "forest keepers") { nodes { job { id } page { number } } } }';
    const { searchPages } = accepted(await graphql(service.url, query));
    expect(searchPages.nodes).toEqual([{ job: { id }, page: { number: 4 } }]);
  });

  it('passes the stage OCR, in which its percentage rises with each page', async () => {
    const { id } = await submit(service, { source: scan, options: { ocr: true } });
    const query = 'subscription ($id: ID!) { jobProgress(id: $id) { stage progressPercentage pagesDone pagesTotal } }';
    const events = [];
    for await (const answer of subscribe(service.url, query, { id })) events.push(accepted(answer).jobProgress);
    const percents = events.map(({ progressPercentage }) => progressPercentage);
    expect(percents).toEqual(percents.toSorted((a, b) => a - b));
    expect(percents.at(-1)).toBe(100);
    const ocr = events.filter(({ stage }) => stage === 'OCR');
    expect(new Set(ocr.map(({ progressPercentage }) => progressPercentage)).size).toBeGreaterThan(1);
    // Pages of a group are stored together, once the last of them is read.
    expect(ocr.every(({ pagesDone, pagesTotal }) => pagesDone === 0 && pagesTotal === 4)).toBe(true);
  });

  it('does not read scanned pages unless it is requested', async () => {
    const { id } = await submit(service, { source: scan });
    const { result: made, options } = await endedJob(service, id, result);
    expect(options).toEqual({ ocr: false, ocrLanguages: ['eng'] });
    expect(made.page).toEqual({ markdown: '', needsOcr: true, ocrReason: 'SCANNED', ocr: null });
  });

  it('fails at once for a missing language, naming the package to install', async () => {
    const { id } = await submit(service, { source: scan, options: { ocr: true, ocrLanguages: ['eng', 'tlh'] } });
    expect(await endedJob(service, id, result)).toMatchObject({
      status: 'FAILED',
      attempts: [{ number: 1 }],
      failure: {
        code: 'OCR_LANGUAGE_MISSING',
        category: 'INPUT',
        message: expect.stringContaining('@tesseract.js-data/tlh'),
        retryable: false,
      },
    });
  });

  it.each([[[]], [['eng', 'eng']], [['../eng']], [['eng', 'deu', 'fra', 'spa', 'ita']]])(
    'is refused with languages %j',
    async (ocrLanguages) => {
      const { extensions } = refused(
        await tryCreateJob(service, { source: scan, options: { ocr: true, ocrLanguages } }),
      );
      expect(extensions.code).toBe('BAD_USER_INPUT');
      expect(extensions.issues?.[0]?.path.slice(0, 3)).toEqual(['input', 'options', 'ocrLanguages']);
    },
  );

  it('conflicts with a job without OCR under the same idempotency key', async () => {
    const input = { source: scan, idempotencyKey: 'with-or-without' };
    await submit(service, { ...input, options: { ocr: true } });
    expect((await submit(service, { ...input, options: { ocr: true } })).deduplicated).toBe(true);
    expect(refused(await tryCreateJob(service, input)).extensions.code).toBe('IDEMPOTENCY_CONFLICT');
  });

  it('is stopped by its limits while a page takes long', async () => {
    const slow = await source(Array.from({ length: 4 }, () => ({ draw: scribble })));
    const { id } = await submit(service, { source: slow, options: { ocr: true, timeoutSeconds: 1, maxRetries: 0 } });
    expect(await endedJob(service, id, result)).toMatchObject({ status: 'FAILED', failure: { code: 'TIME_LIMIT' } });
  });

  it('resumes after the stored pages when its process is killed', async () => {
    await service.stopWorker();
    const extractor = newPool({ readable: [join(service.config.dataDir, 'ocr')] });
    await service.startWorker({ extractor });
    const sheets = Array.from({ length: 16 }, () => ({ draw: lines('Sheet.'), scanned: false }));
    const base64 = await source([...sheets.with(0, { draw: text('orchard'), scanned: true }), { draw: scribble }]);
    const { id } = await submit(service, { source: base64, options: { ocr: true } });
    const query = 'subscription ($id: ID!) { jobProgress(id: $id) { status stage pagesDone } }';
    let killed = false;
    const after = [];
    for await (const answer of subscribe(service.url, query, { id })) {
      const { status, stage, pagesDone } = accepted(answer).jobProgress;
      if (killed && status === 'RUNNING' && stage === 'OCR') after.push(pagesDone);
      const [busy] = extractor.busy;
      if (!killed && stage === 'OCR' && pagesDone === 16 && busy !== undefined) {
        process.kill(busy.pid, 'SIGKILL');
        killed = true;
      }
    }
    expect(new Set(after)).toEqual(new Set([16]));
    const job = await endedJob(service, id, 'status pagesDone attempts { failure { code } } result { text }');
    expect(job).toMatchObject({
      status: 'COMPLETED',
      pagesDone: 17,
      result: { text: expect.stringContaining('orchard') },
    });
    expect(job.attempts).toEqual([{ failure: { code: 'EXTRACTOR_KILLED' } }, { failure: null }]);
  });
});
