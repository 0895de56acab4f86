import { afterAll, beforeAll, expect, it } from 'vitest';
import { defaultLimits } from '../../src/config/config.ts';
import { endedJob, inline, submit } from '../api/submitting.ts';
import { deepArrays, deflateBomb, formThatDrawsItself, hugeImage, millionPages, nestedForms } from '../pdf/bombs.ts';
import { type Service, startService } from '../service.ts';

const MiB = 1024 ** 2;

let service: Service;
beforeAll(async () => {
  const limits = { ...defaultLimits, extractorMemoryBytes: 640 * MiB, extractorRecycleBytes: 512 * MiB };
  service = await startService({ config: { concurrency: 1, limits } });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

async function run(source: { base64: string }) {
  const { id } = await submit(service, { source, options: { maxRetries: 0 } });
  const fields =
    'status failure { code category } attempts { workerId failure { code } } result { pages(first: 1) { nodes { needsOcr } } }';
  return await endedJob(service, id, fields);
}

const bombs: [string, () => Buffer, string, string][] = [
  ['with five gigabytes of content', deflateBomb, 'MEMORY_LIMIT', 'RESOURCE'],
  ['with nested forms', nestedForms, 'MEMORY_LIMIT', 'RESOURCE'],
  ['with a million pages', millionPages, 'PAGE_LIMIT', 'RESOURCE'],
];

it.each(bombs)('a document %s fails within its limits, and the next job runs', async (_, bomb, code, category) => {
  const job = await run({ base64: bomb().toString('base64') });
  expect(job).toMatchObject({ status: 'FAILED', failure: { code, category } });
  expect(await run(await inline('one-page'))).toMatchObject({ status: 'COMPLETED' });
});

it.each([
  ['a form that draws itself', formThatDrawsItself],
  ['half a million nested arrays', deepArrays],
])('a document with %s is read at the first attempt', async (_, bomb) => {
  const job = await run({ base64: bomb().toString('base64') });
  expect(job).toMatchObject({ status: 'COMPLETED', attempts: [{ failure: null }] });
});

it('a page with an image of ten gigabytes is reported as scanned without decoding the image', async () => {
  const job = await run({ base64: hugeImage().toString('base64') });
  expect(job).toMatchObject({ status: 'COMPLETED', result: { pages: { nodes: [{ needsOcr: true }] } } });
});
