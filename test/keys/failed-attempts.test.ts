import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeId, newUuid } from '../../src/ids.ts';
import type { IssuedKey } from '../../src/tenants/keys.ts';
import { type Service, startService } from '../service.ts';
import { ask, bearer, closeCode, issueKey } from './asking.ts';

const query = '{ __typename }';

function forged(): string {
  return `Bearer ph_${encodeId('key', newUuid()).slice('key_'.length)}_${'0'.repeat(64)}`;
}

describe.each([
  ['counted in Redis', {}],
  ['counted by the process while Redis is away', { redisUrl: 'redis://127.0.0.1:1' }],
])('failed attempts, %s', (_, config) => {
  let service: Service;
  let known: IssuedKey;
  beforeAll(async () => {
    service = await startService({
      worker: false,
      maintenance: false,
      config: { ...config, auth: 'required', trustedProxies: ['127.0.0.1'] },
    });
    known = await issueKey(service, ['READ']);
  });
  afterAll(async () => {
    await service[Symbol.asyncDispose]();
  });

  const from = (address: string, authorization: string | null) =>
    ask(service.url, authorization, query, { headers: { 'x-forwarded-for': address } });

  /** Shows wrong keys until they are refused for their number; returns that answer. */
  async function exhaust(address: string) {
    for (let attempt = 0; attempt < 100; attempt += 1) {
      const answer = await from(address, attempt % 2 === 0 ? forged() : 'Bearer me');
      if (answer.status !== 401) return answer;
    }
    throw new Error('a hundred wrong keys were not too many');
  }

  it('are limited by address', async () => {
    expect(await from('192.0.2.1', bearer(known))).toMatchObject({ status: 200 });
    const { status, code, headers, extensions } = await exhaust('192.0.2.1');
    expect([status, code]).toEqual([429, 'RATE_LIMITED']);
    const seconds = Number(headers.get('retry-after'));
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(60);
    expect(extensions.retryAfterSeconds).toBe(seconds);
    expect(await from('192.0.2.1', forged())).toMatchObject({ status: 429 });
    expect(await from('192.0.2.2', forged())).toMatchObject({ status: 401 });
  });

  it('do not affect keys in use, even from the same address', async () => {
    await from('192.0.2.3', bearer(known));
    await exhaust('192.0.2.3');
    expect(await from('192.0.2.3', bearer(known))).toMatchObject({ status: 200 });
  });

  it('do not include requests without a key', async () => {
    for (let attempt = 0; attempt < 40; attempt += 1) {
      expect(await from('192.0.2.4', null)).toMatchObject({ status: 401 });
    }
    expect(await from('192.0.2.4', forged())).toMatchObject({ status: 401 });
  });

  it('are counted over WebSocket, too, and refused for now', async () => {
    let code = 0;
    for (let attempt = 0; attempt < 100 && code !== 4403; attempt += 1) {
      code = await closeCode(service.url, { authorization: forged() });
    }
    expect(code).toBe(4403);
  });
});

it('are counted for the address of the connection, whatever an untrusted client writes in X-Forwarded-For', async () => {
  await using service = await startService({ worker: false, maintenance: false, config: { auth: 'required' } });
  let answer = await ask(service.url, forged(), query);
  for (let attempt = 1; attempt < 100 && answer.status === 401; attempt += 1) {
    answer = await ask(service.url, forged(), query, { headers: { 'x-forwarded-for': `192.0.2.${attempt}` } });
  }
  expect(answer).toMatchObject({ status: 429, code: 'RATE_LIMITED' });
});
