import { afterAll, beforeAll, expect, it } from 'vitest';
import { defaultLimits } from '../../src/config.ts';
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
  ['whose content is five gigabytes', deflateBomb, 'MEMORY_LIMIT', 'RESOURCE'],
  ['of forms that draw one another', nestedForms, 'MEMORY_LIMIT', 'RESOURCE'],
  ['of a million pages', millionPages, 'PAGE_LIMIT', 'RESOURCE'],
];

it.each(bombs)('a document %s fails within its limits, and the next job runs', async (_, bomb, code, category) => {
  const job = await run({ base64: bomb().toString('base64') });
  expect(job).toMatchObject({ status: 'FAILED', failure: { code, category } });
  expect(await run(await inline('one-page'))).toMatchObject({ status: 'COMPLETED' });
});

it.each([
  ['a form that draws itself', formThatDrawsItself],
  ['half a million arrays in one another', deepArrays],
])('a document with %s is read at the first attempt', async (_, bomb) => {
  const job = await run({ base64: bomb().toString('base64') });
  expect(job).toMatchObject({ status: 'COMPLETED', attempts: [{ failure: null }] });
});

it('a picture of ten gigabytes is not decoded to say that it is one', async () => {
  const job = await run({ base64: hugeImage().toString('base64') });
  expect(job).toMatchObject({ status: 'COMPLETED', result: { pages: { nodes: [{ needsOcr: true }] } } });
});
