import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type IssuedKey, revokeKey } from '../../src/tenants/keys.ts';
import { openLocks } from '../api/locks.ts';
import { insertJob, insertPages } from '../api/rows.ts';
import { answerIn, head, openRawClient } from '../http/raw-client.ts';
import { type Service, startService } from '../service.ts';
import { ask, bearer, connected, createWatchToken, issueFirstKey, issueKey } from './asking.ts';

let service: Service;
let all: IssuedKey;
beforeAll(async () => {
  service = await startService({ worker: false, maintenance: false });
  all = await issueFirstKey(service, ['READ', 'WRITE', 'OPERATOR']);
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

const createUpload = 'mutation { createUpload(input: {}) { upload { id } } }';
const uploads = () => service.platform.database.prisma.source.count();

describe('a key that is revoked', () => {
  it('while the body of a request arrives runs nothing', async () => {
    const key = await issueKey(service, ['WRITE']);
    const before = await uploads();
    const body = JSON.stringify({ query: createUpload });
    using client = await openRawClient(service.config.port);
    const headers = { authorization: bearer(key), 'content-type': 'application/json', 'content-length': body.length };
    client.send(head('POST', '/graphql', headers));
    client.send(body.slice(0, 10));
    // Admitted before the body: the same key is known to the process by now.
    expect((await ask(service.url, bearer(key), '{ __typename }')).status).toBe(200);
    await revokeKey(service.platform.database, key.key.id);
    await expect.poll(async () => (await ask(service.url, bearer(key), '{ __typename }')).status).toBe(401);
    client.send(body.slice(10));
    expect(answerIn(await client.answered)).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
    expect(await uploads()).toBe(before);
  });

  it('while operations of its socket wait runs none of them', async () => {
    const key = await issueKey(service, ['WRITE']);
    const before = await uploads();
    const socket = await connected(service.url, bearer(key));
    await using locks = await openLocks(service);
    const release = await locks.hold('sources');
    for (let id = 0; id < 50; id += 1) {
      socket.send(JSON.stringify({ type: 'subscribe', id: String(id), payload: { query: createUpload } }));
    }
    await expect.poll(locks.waiting).toBeGreaterThan(0);
    // The client does not close its side, so the socket stays open for a while.
    socket.pause();
    await revokeKey(service.platform.database, key.key.id);
    await expect.poll(async () => (await ask(service.url, bearer(key), '{ __typename }')).status).toBe(401);
    await release();
    await expect.poll(locks.waiting).toBe(0);
    // At most those that had begun.
    await expect.poll(uploads).toBeGreaterThan(before);
    expect(await uploads()).toBeLessThanOrEqual(before + 8);
    socket.terminate();
  });

  it('ends the socket even if its client does not close its side', async () => {
    const key = await issueKey(service, ['READ']);
    const socket = await connected(service.url, bearer(key));
    // Nothing is read, and no close frame is sent.
    socket.pause();
    const open = await service.api.connections();
    await revokeKey(service.platform.database, key.key.id);
    await expect.poll(() => service.api.connections()).toBeLessThan(open);
    socket.terminate();
  });
});

it('an attempt with the id of a key and a wrong secret is no use of the key', async () => {
  const key = await issueKey(service, ['READ']);
  const where = { id: key.key.id };
  const forged = `Bearer ${key.secret.slice(0, -64)}${'0'.repeat(64)}`;
  expect((await ask(service.url, forged, '{ __typename }')).status).toBe(401);
  const probe = await issueKey(service, ['READ']);
  expect((await ask(service.url, bearer(probe), '{ __typename }')).status).toBe(200);
  const lastUse = async (id: string) =>
    (await service.platform.database.prisma.apiKey.findUniqueOrThrow({ where: { id } })).lastUsedAt;
  // The last uses of all keys are written together.
  await expect.poll(() => lastUse(probe.key.id)).not.toBeNull();
  expect(await lastUse(where.id)).toBeNull();
  expect((await ask(service.url, bearer(key), '{ __typename }')).status).toBe(200);
  await expect.poll(() => lastUse(where.id)).not.toBeNull();
});

describe('without a key', () => {
  const introspection = '{ __schema { queryType { name } } }';
  const get = (path: string, headers: Record<string, string> = {}) => fetch(`${service.url}${path}`, { headers });

  it.each<[string, () => Promise<Response>]>([
    ['GET', () => get(`/graphql?query=${introspection}`)],
    ['GET with another host in the target', () => get(`//localhost/graphql?query=${introspection}`)],
    ['GET of a page', () => get('/graphql', { accept: 'text/html' })],
    ['events by GET', () => get(`/graphql?query=${introspection}`, { accept: 'text/event-stream' })],
    [
      'events by POST',
      () =>
        fetch(`${service.url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
          body: JSON.stringify({ query: introspection }),
        }),
    ],
    [
      'a form',
      () => {
        const body = new FormData();
        body.set('operations', JSON.stringify({ query: introspection }));
        const headers = { 'graphql-require-preflight': '1' };
        return fetch(`${service.url}/graphql`, { method: 'POST', headers, body });
      },
    ],
  ])('the schema cannot be read by %s', async (_, send) => {
    const response = await send();
    expect(response.status).toBe(401);
    expect(await response.text()).not.toContain('queryType');
  });

  it.each([
    [{ type: 'subscribe', id: '1', payload: { query: introspection } }, 4401],
    [{ type: 'connection_init' }, 4401],
    [{ type: 'connection_init', payload: null }, 4401],
    [{ type: 'connection_init', payload: { authorization: null } }, 4401],
    [{ type: 'connection_init', payload: { authorization: ['Bearer'] } }, 4401],
    [{ type: 'connection_init', payload: [] }, 4400],
    [{ type: 'connection_init', payload: 'Bearer' }, 4400],
    [null, 4400],
  ])('a WebSocket is closed: %j', async (message, code) => {
    const socket = new WebSocket(`${service.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    await once(socket, 'open');
    socket.send(JSON.stringify(message));
    expect((await once(socket, 'close'))[0]).toBe(code);
  });
});

describe('a key', () => {
  it.each<[string, (secret: string) => [string, Record<string, string>]]>([
    ['in the query', (secret) => [`&access_token=${secret}`, {}]],
    ['in a cookie', (secret) => ['', { cookie: `authorization=Bearer ${secret}; access_token=${secret}` }]],
    ['in another header', (secret) => ['', { 'x-api-key': secret, 'proxy-authorization': `Bearer ${secret}` }]],
    ['in upper case', (secret) => ['', { authorization: `Bearer ${secret.toUpperCase()}` }]],
    ['with more behind it', (secret) => ['', { authorization: `Bearer ${secret} x` }]],
    ['without the name of a user', (secret) => ['', { authorization: `Basic ${btoa(secret)}` }]],
    ['as the name of a user', (secret) => ['', { authorization: `Basic ${btoa(`${secret}:`)}` }]],
  ])('%s is not accepted', async (_, place) => {
    const [more, headers] = place(all.secret);
    const response = await fetch(`${service.url}/graphql?query={__typename}${more}`, { headers });
    expect(response.status).toBe(401);
    await response.body?.cancel();
  });

  it.each(['HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])('runs nothing by %s', async (method) => {
    const before = await uploads();
    const path = `/graphql?query=${encodeURIComponent(createUpload)}`;
    const response = await fetch(`${service.url}${path}`, { method, headers: { authorization: bearer(all) } });
    expect(response.status).toBe(405);
    const text = await response.text();
    if (method !== 'HEAD') expect(JSON.parse(text).errors[0].extensions.code).toBe('METHOD_NOT_ALLOWED');
    expect(await uploads()).toBe(before);
  });
});

it('a signed URL, key or watch token is valid only where it belongs, and a URL outlives its key', async () => {
  const key = await issueKey(service, ['READ', 'WRITE']);
  const job = await insertJob(service, { status: 'COMPLETED' });
  await insertPages(service, job, ['A page.']);
  const query = 'query ($id: ID!) { job(id: $id) { result { download(format: TEXT) { url expiresAt } } } }';
  const { data } = await ask(service.url, bearer(key), query, { variables: { id: job.id } });
  const { url, expiresAt } = data.job.result.download;
  const download = new URL(url).searchParams.get('token');
  const created = await ask(service.url, bearer(key), 'mutation { createUpload(input: {}) { upload { id url } } }');
  const { upload } = created.data.createUpload;
  const uploading = new URL(upload.url).searchParams.get('token');
  const watch = await createWatchToken(service, { job: job.id, download: 'TEXT' }, key);
  const at = (path: string, init: RequestInit = {}) => fetch(`${service.url}${path}`, init).then((r) => r.status);
  const put = { method: 'PUT', body: 'x' };
  for (const path of [
    `/downloads/${job.id}/zip?token=${download}`,
    `/downloads/${job.id}/json?token=${download}`,
    `/downloads/${job.id}/text/../json?token=${download}`,
    `/downloads/${job.id}/%74ext?token=${download}`,
    `/downloads//${job.id}/text?token=${download}`,
    `/downloads/${job.id}/text?token=${uploading}`,
    `/downloads/${job.id}/text?token=${watch}`,
    `/downloads/${job.id}/text?token=${key.secret}`,
    `/downloads/${upload.id}?token=${uploading}`,
  ]) {
    expect(await at(path), path).toBe(403);
  }
  for (const token of [download, watch, key.secret])
    expect(await at(`/uploads/${upload.id}?token=${token}`, put)).toBe(403);
  for (const token of [download, uploading]) {
    expect(await ask(service.url, `Bearer ${token}`, '{ __typename }')).toMatchObject({ status: 401 });
  }
  await revokeKey(service.platform.database, key.key.id);
  expect(await at(new URL(url).pathname + new URL(url).search)).toBe(200);
  expect(Date.parse(expiresAt) - Date.now()).toBeLessThanOrEqual(3_600_000);
  expect(await at(new URL(upload.url).pathname + new URL(upload.url).search, put)).toBe(201);
});
