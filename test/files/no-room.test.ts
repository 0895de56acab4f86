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
])('where %s cannot be written the storage is to blame, and not the document', async (_, folder, name, options) => {
  // Nothing can be made below what is no folder, as nothing can on a full disk.
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
