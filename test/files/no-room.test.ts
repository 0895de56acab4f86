import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { endedJob, inline, submit } from '../api/submitting.ts';
import { type Service, startService } from '../service.ts';

let service: Service;
beforeAll(async () => {
  service = await startService({ maintenance: false });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

it.each([
  ['images', 'scratch', 'one-page', { thumbnails: true }],
  ['attachments', 'scratch', 'attachment', {}],
  ['the data of OCR', 'ocr', 'scanned', { ocr: true }],
])('fails with STORAGE_UNAVAILABLE when %s cannot be written', async (_, folder, name, options) => {
  // Nothing can be created below a file, like on a full disk.
  const path = join(service.config.dataDir, folder);
  await rm(path, { recursive: true, force: true });
  await writeFile(path, '');
  const { id } = await submit(service, { source: await inline(name), options: { ...options, maxRetries: 0 } });
  const { status, failure } = await endedJob(service, id, 'status failure { code retryable }');
  expect({ status, failure }).toEqual({
    status: 'FAILED',
    failure: { code: 'STORAGE_UNAVAILABLE', retryable: true },
  });
  await rm(path);
});
