import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Service, startService } from '../service.ts';
import { endedJob, inline, submit } from './submitting.ts';

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

async function outcome(options: Record<string, unknown>, fields: string) {
  const { id } = await submit(service, { source: await inline('half-lost'), options: { maxRetries: 0, ...options } });
  return await endedJob(service, id, `status failure { code page } options { requireAllPages } ${fields}`);
}

const pages = 'pages(first: 10) { nodes { number text failure { code message } } }';

it('completes a document with unreadable pages and lists them', async () => {
  const job = await outcome({}, `result { pageCount unreadablePages ${pages} }`);
  expect(job).toMatchObject({ status: 'COMPLETED', failure: null, options: { requireAllPages: false } });
  expect(job.result).toMatchObject({ pageCount: 4, unreadablePages: [4] });
  expect(job.result.pages.nodes.slice(2, 4)).toEqual([
    { number: 3, text: 'Page 3 of a document that lost its end.', failure: null },
    { number: 4, text: '', failure: { code: 'DAMAGED', message: 'The page is too damaged to read.' } },
  ]);
});

it('lists no unreadable pages in an intact document', async () => {
  const job = await outcome({ pages: '1-3' }, 'result { unreadablePages }');
  expect(job).toMatchObject({ status: 'COMPLETED', result: { unreadablePages: [] } });
});

it('fails a document without a readable page', async () => {
  const job = await outcome({ pages: '4-' }, 'result { pageCount }');
  expect(job).toMatchObject({ status: 'FAILED', failure: { code: 'PDF_DAMAGED' }, result: null });
});

it('fails a document with an unreadable page if the job requires all pages', async () => {
  const job = await outcome({ requireAllPages: true }, 'result { pageCount }');
  expect(job).toMatchObject({ status: 'FAILED', options: { requireAllPages: true } });
  expect(job.failure).toEqual({ code: 'PDF_DAMAGED', page: 4 });
});
