import { afterAll, beforeAll, expect, it } from 'vitest';
import { openLocks } from '../api/locks.ts';
import { insertJob, insertPages } from '../api/rows.ts';
import { ask, bearer, issueKey } from '../keys/asking.ts';
import { type Service, startService } from '../service.ts';

let service: Service;
let key: string;
beforeAll(async () => {
  service = await startService({ worker: false, maintenance: false, config: { trustedProxies: ['127.0.0.1'] } });
  key = bearer(await issueKey(service, ['READ', 'WRITE']));
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

async function downloadUrl(): Promise<string> {
  const job = await insertJob(service, { status: 'COMPLETED' });
  await insertPages(service, job, ['A page.']);
  const query = 'query ($id: ID!) { job(id: $id) { result { download(format: TEXT) { url } } } }';
  const { data } = await ask(service.url, key, query, { variables: { id: job.id } });
  return data.job.result.download.url;
}

async function uploadUrl(): Promise<string> {
  const query = 'mutation { createUpload(input: {}) { upload { url } } }';
  return (await ask(service.url, key, query)).data.createUpload.upload.url;
}

const more = 20;

it.each([
  ['downloads', 'jobs', downloadUrl, { method: 'GET' }, 200],
  ['pages of downloads', 'pages', downloadUrl, { method: 'GET' }, 200],
  ['uploads', 'sources', uploadUrl, { method: 'PUT', body: 'x' }, 201],
])(
  'look-ups of %s of one address wait for each other, not the clients of other addresses',
  async (_, table, urlOf, request, status) => {
    await using locks = await openLocks(service);
    const urls = await Promise.all(Array.from({ length: more }, urlOf));
    const other = bearer(await issueKey(service, ['READ']));
    const release = await locks.hold(table);
    const flood = urls.map(async (url) => {
      const response = await fetch(url, { ...request, headers: { 'x-forwarded-for': '192.0.2.1' } });
      await response.arrayBuffer();
      return response.status;
    });
    await expect.poll(locks.waiting).toBe(1);
    await expect.poll(() => service.api.connections()).toBeGreaterThanOrEqual(more);
    // The look-up of a key uses the same connections as those of signed URLs, and this query those of downloads.
    const headers = { 'x-forwarded-for': '192.0.2.2' };
    expect(await ask(service.url, other, '{ batches { nodes { id } } }', { headers })).toMatchObject({ status: 200 });
    expect(await locks.waiting()).toBe(1);
    await release();
    expect(await Promise.all(flood)).toEqual(urls.map(() => status));
  },
);
