import { describe, expect, it } from 'vitest';
import type { Config } from '../../src/config/config.ts';
import { insertJob } from '../api/rows.ts';
import { startService } from '../service.ts';
import { ask, bearer, closeCode, issueKey } from './asking.ts';

describe('a server that other machines can reach', () => {
  it.each<[string, Partial<Config>]>([
    ['HOST', { host: '0.0.0.0' }],
    ['PUBLIC_URL', { publicUrl: 'https://pages.example.com' }],
  ])('by %s requires a key even after all keys are gone', async (_, config) => {
    await using service = await startService({ worker: false, maintenance: false, config });
    const url = `http://127.0.0.1:${service.config.port}`;
    const key = await issueKey(service, ['READ']);
    expect(await ask(url, bearer(key), '{ __typename }')).toMatchObject({ status: 200 });
    await service.platform.database.query('DELETE FROM api_keys', []);
    await expect.poll(async () => (await ask(url, bearer(key), '{ __typename }')).status).toBe(401);
    expect(await ask(url, null, '{ __typename }')).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
    expect(await closeCode(url, {})).toBe(4401);
  });
});

describe('a request through a proxy', () => {
  it.each<Record<string, string>>([
    { 'x-forwarded-for': '203.0.113.8' },
    { forwarded: 'for=203.0.113.8' },
    { 'x-forwarded-host': 'pages.example.com' },
    { 'x-forwarded-proto': 'https' },
    { 'x-real-ip': '203.0.113.8' },
    { via: '1.1 proxy' },
  ])('is refused while no key exists: %j', async (headers) => {
    await using service = await startService({ worker: false, maintenance: false });
    const [anonymous, socket] = [() => ask(service.url, null, '{ __typename }', { headers }), { headers }];
    expect(await anonymous()).toMatchObject({
      status: 401,
      code: 'UNAUTHENTICATED',
      message: expect.stringContaining('pagehive keys create'),
    });
    expect(await closeCode(service.url, {}, socket)).toBe(4401);
    expect(await ask(service.url, null, '{ __typename }')).toMatchObject({ status: 200 });
    const key = bearer(await issueKey(service, ['READ']));
    expect(await ask(service.url, key, '{ __typename }', { headers })).toMatchObject({ status: 200 });
    expect(await closeCode(service.url, { authorization: key }, socket)).toBe(0);
  });

  it('with a watch token is refused while no key exists', async () => {
    await using service = await startService({ worker: false, maintenance: false });
    const { id } = await insertJob(service);
    const create = `mutation { createWatchToken(input: { job: "${id}" }) { token } }`;
    const { token } = (await ask(service.url, null, create)).data.createWatchToken;
    const query = `{ job(id: "${id}") { status } }`;
    const headers = { 'x-forwarded-for': '203.0.113.8' };
    expect(await ask(service.url, `Bearer ${token}`, query)).toMatchObject({ status: 200 });
    expect(await ask(service.url, `Bearer ${token}`, query, { headers })).toMatchObject({ status: 401 });
  });
});
