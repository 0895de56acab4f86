import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeId, newUuid } from '../../src/ids.ts';
import { failedAttemptsPerMinute, failedAttemptsPerSite } from '../../src/tenants/failed-attempts.ts';
import { type IssuedKey, revokeKey } from '../../src/tenants/keys.ts';
import { type Service, startService } from '../service.ts';
import { ask, bearer, closeCode, createBatchOfOne, createWatchToken, issueKey } from './asking.ts';

const query = '{ __typename }';

function forged(): string {
  return `Bearer ph_${encodeId('key', newUuid()).slice('key_'.length)}_${'0'.repeat(64)}`;
}

const wrong = (n: number) => (n % 2 === 0 ? forged() : 'Bearer me');

/** Time in which an address gets another attempt. */
const secondsPerToken = 60 / failedAttemptsPerMinute;

/**
 * Runs attempts of an address that has made none, until some are refused. Checks the number of those that were not: a
 * full bucket of attempts, and those added meanwhile.
 */
async function counted(run: () => Promise<number>): Promise<void> {
  const began = performance.now();
  const failed = await run();
  const added = (performance.now() - began) / 1_000 / secondsPerToken;
  expect(failed).toBeGreaterThanOrEqual(failedAttemptsPerMinute);
  expect(failed).toBeLessThanOrEqual(failedAttemptsPerMinute + Math.ceil(added));
}

/** Sends wrong keys one by one until there are too many, and returns the refusal. */
async function exhaust(send: (n: number) => ReturnType<typeof ask>) {
  const answers: Awaited<ReturnType<typeof ask>>[] = [];
  await counted(async () => {
    do answers.push(await send(answers.length));
    while (answers.at(-1)?.status === 401);
    return answers.length - 1;
  });
  const refusal = answers.at(-1);
  if (refusal === undefined) throw new Error('nothing was sent');
  return refusal;
}

describe.each([
  ['counted in Redis', {}],
  ['counted by the process while Redis is down', { redisUrl: 'redis://127.0.0.1:1' }],
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

  it('are limited by address', async () => {
    expect(await from('192.0.2.1', bearer(known))).toMatchObject({ status: 200 });
    const { status, code, headers, extensions } = await exhaust((n) => from('192.0.2.1', wrong(n)));
    expect([status, code]).toEqual([429, 'RATE_LIMITED']);
    const seconds = Number(headers.get('retry-after'));
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(secondsPerToken);
    expect(extensions.retryAfterSeconds).toBe(seconds);
    expect(await from('192.0.2.2', forged())).toMatchObject({ status: 401 });
  });

  it('of the networks of one IPv6 site are limited together', async () => {
    expect(await from('2001:db8:9::1', bearer(known))).toMatchObject({ status: 200 });
    // More than the limit of the site, with what is refilled while they are sent.
    const attempts = 4 * failedAttemptsPerSite;
    const answers: Awaited<ReturnType<typeof ask>>[] = [];
    // No network exceeds its own limit.
    for (let n = 0; n < attempts; n += failedAttemptsPerMinute) {
      const address = `2001:db8:7:${n.toString(16)}::1`;
      const sent = Array.from({ length: failedAttemptsPerMinute - 1 }, () => from(address, forged()));
      answers.push(...(await Promise.all(sent)));
      if (answers.some(({ status }) => status === 429)) break;
    }
    const failed = answers.filter(({ status }) => status === 401);
    expect(answers.length - failed.length).toBeGreaterThan(0);
    expect(failed.length).toBeGreaterThanOrEqual(failedAttemptsPerSite);
    expect(await from('2001:db8:8::1', forged())).toMatchObject({ status: 401 });
    expect(await from('2001:db8:7:ffff::1', bearer(known))).toMatchObject({ status: 200 });
  });

  it('are limited if they are sent at the same time', async () => {
    await counted(async () => {
      const answers = await Promise.all(Array.from({ length: 90 }, (_, n) => from('192.0.2.5', wrong(n))));
      const refused = answers.filter(({ status }) => status === 429);
      const failed = answers.filter(({ status }) => status === 401);
      expect(refused.length + failed.length).toBe(90);
      return failed.length;
    });
  });

  it('include watch tokens whose key was revoked', async () => {
    const key = await issueKey(service, ['READ', 'WRITE']);
    const { job } = await createBatchOfOne(service, key);
    const token = `Bearer ${await createWatchToken(service, { job }, key)}`;
    await revokeKey(service.platform.database, key.key.id);
    await expect.poll(async () => (await from('192.0.2.6', token)).status).toBe(401);
    await expect.poll(async () => (await from('192.0.2.6', token)).status).toBe(429);
  });

  it('do not affect keys in use, even from the same address', async () => {
    await from('192.0.2.3', bearer(known));
    await exhaust((n) => from('192.0.2.3', wrong(n)));
    expect(await from('192.0.2.3', bearer(known))).toMatchObject({ status: 200 });
  });

  it('do not include requests without a key', async () => {
    for (let attempt = 0; attempt < 40; attempt += 1) {
      expect(await from('192.0.2.4', null)).toMatchObject({ status: 401 });
    }
    expect(await from('192.0.2.4', forged())).toMatchObject({ status: 401 });
  });

  it('are also counted over WebSocket, and refused temporarily', async () => {
    let code = 4401;
    await counted(async () => {
      let failed = -1;
      for (; code === 4401; failed += 1) code = await closeCode(service.url, { authorization: forged() });
      return failed;
    });
    expect(code).toBe(4403);
  });
});

it('are counted for the address of the connection, even if an untrusted client sends X-Forwarded-For', async () => {
  await using service = await startService({ worker: false, maintenance: false, config: { auth: 'required' } });
  const answer = await exhaust((n) =>
    ask(service.url, forged(), query, { headers: { 'x-forwarded-for': `192.0.2.${n}` } }),
  );
  expect(answer).toMatchObject({ status: 429, code: 'RATE_LIMITED' });
});
