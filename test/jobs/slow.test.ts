import { afterAll, beforeAll, expect, it } from 'vitest';
import { endedJob, inline, submit } from '../api/submitting.ts';
import { slowPages } from '../pdf/heavy-documents.ts';
import { type Service, startService } from '../service.ts';

let service: Service;
beforeAll(async () => {
  service = await startService();
  // Starts the process: the limit is for documents.
  await endedJob(service, (await submit(service, { source: await inline('one-page') })).id, 'id');
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

// PDFJS tells of each page, LITEPARSE of all of a group together, and meanwhile the process answers nobody.
it.each([
  ['PDFJS', 14_000],
  ['LITEPARSE', 900],
])('leaves a document alone that keeps its process busy, but not with one page: %s', async (engine, boxes) => {
  const source = { base64: slowPages(boxes).toString('base64') };
  const options = { engine, noProgressSeconds: 1, maxRetries: 0 };
  const { id } = await submit(service, { source, options });
  const job = await endedJob(service, id, 'status failure { code message } pagesDone');
  expect(job).toEqual({ status: 'COMPLETED', failure: null, pagesDone: 16 });
});
