import { on } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { createBucketsInMemory, createTokenBuckets } from '../../src/connections/token-buckets.ts';
import { encodeId, newUuid } from '../../src/ids.ts';
import { insertTenant } from '../api/rows.ts';
import type { GraphqlAnswer } from '../graphql.ts';
import { type Service, startService } from '../service.ts';
import { ask, bearer, connected, createBatchOfOne, createWatchToken, issueKey } from './asking.ts';

const query = '{ viewer { limits { requestsPerMinute tenantRequestsPerMinute } } }';

/** Runs the query over a socket and returns its response. */
async function runOver(socket: WebSocket, operation = query): Promise<GraphqlAnswer> {
  let answer: GraphqlAnswer | null = null;
  const messages = on(socket, 'message');
  socket.send(JSON.stringify({ type: 'subscribe', id: '1', payload: { query: operation } }));
  for await (const [text] of messages) {
    const { type, payload } = JSON.parse(String(text));
    if (type === 'error') return { data: null, errors: payload };
    if (type === 'next') answer = payload;
    if (type === 'complete' && answer !== null) return answer;
  }
  throw new Error('the socket was closed');
}

describe.each([
  ['in Redis', {}],
  ['by the process while Redis is away', { redisUrl: 'redis://127.0.0.1:1' }],
])('requests, counted %s', (_, config) => {
  let service: Service;
  beforeAll(async () => {
    service = await startService({ worker: false, maintenance: false, config });
  });
  afterAll(async () => {
    await service[Symbol.asyncDispose]();
  });

  const send = (key: { secret: string }) => ask(service.url, bearer(key), query);

  it('are limited by key, and responses report what remains', async () => {
    const key = await issueKey(service, ['READ'], { limits: { requestsPerMinute: 3 } });
    const answers = [await send(key), await send(key), await send(key), await send(key)];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429]);
    expect(answers.map(({ rateLimit }) => rateLimit.remaining)).toEqual([2, 1, 0, 0]);
    for (const { rateLimit } of answers) {
      expect(rateLimit).toEqual({ limit: 3, remaining: expect.any(Number), reset: expect.any(Number) });
      expect(rateLimit.reset).toBeGreaterThan(0);
      expect(rateLimit.reset).toBeLessThanOrEqual(60);
    }
    const [, , , refused] = answers;
    expect(refused).toMatchObject({ code: 'RATE_LIMITED', data: undefined });
    const seconds = Number(refused?.headers.get('retry-after'));
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(20);
    expect(refused?.extensions.retryAfterSeconds).toBe(seconds);
    // Another key of the tenant has its own limit.
    expect(await send(await issueKey(service, ['READ']))).toMatchObject({ status: 200, rateLimit: { limit: 6_000 } });
  });

  it('include those that fail, and those over WebSocket', async () => {
    const key = await issueKey(service, ['READ'], { limits: { requestsPerMinute: 3 } });
    expect(await ask(service.url, bearer(key), '{ nothing }')).toMatchObject({
      status: 400,
      rateLimit: { limit: 3, remaining: 2 },
    });
    expect(await ask(service.url, bearer(key), 'mutation { cancelJob(id: "x") { __typename } }')).toMatchObject({
      status: 403,
      rateLimit: { limit: 3, remaining: 1 },
    });
    const socket = await connected(service.url, bearer(key));
    const results = [await runOver(socket), await runOver(socket)];
    socket.terminate();
    const [first, second] = results;
    expect(first).toMatchObject({ data: { viewer: {} }, extensions: { rateLimit: { remaining: 0 } } });
    expect(second?.errors?.[0]?.extensions.code).toBe('RATE_LIMITED');
    expect(await send(key)).toMatchObject({ status: 429 });
  });

  it('are refused before they are read, also over WebSocket', async () => {
    const key = await issueKey(service, ['READ'], { limits: { requestsPerMinute: 1 } });
    const socket = await connected(service.url, bearer(key));
    const codes: unknown[] = [];
    for (let n = 0; n < 3; n += 1) codes.push((await runOver(socket, '{ nothing }')).errors?.[0]?.extensions.code);
    socket.terminate();
    expect(codes).toEqual(['GRAPHQL_VALIDATION_FAILED', 'RATE_LIMITED', 'RATE_LIMITED']);
  });

  it('of all keys of a tenant are limited together', async () => {
    const tenantId = await insertTenant(service, 'limited');
    const operator = await issueKey(service, ['OPERATOR']);
    const update =
      'mutation ($id: ID!, $input: UpdateTenantInput!) { updateTenant(id: $id, input: $input) { tenant { id } } }';
    const variables = { id: encodeId('tenant', tenantId), input: { limits: { requestsPerMinute: 2 } } };
    expect(await ask(service.url, bearer(operator), update, { variables })).toMatchObject({ status: 200 });
    const keys = [await issueKey(service, ['READ'], { tenantId }), await issueKey(service, ['READ'], { tenantId })];
    const answers = [];
    for (const key of [...keys, ...keys]) answers.push(await send(key));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429, 429]);
    expect(answers[0]?.data.viewer.limits).toEqual({ requestsPerMinute: 6_000, tenantRequestsPerMinute: 2 });
    // A refused request uses nothing of the key's own limit, and other tenants are not affected.
    expect(answers[3]?.rateLimit).toMatchObject({ limit: 2, remaining: 0 });
    expect(await send(await issueKey(service, ['READ']))).toMatchObject({ status: 200 });
  });

  it('with a watch token do not use up those of its key', async () => {
    const key = await issueKey(service, ['READ', 'WRITE'], { limits: { requestsPerMinute: 5 } });
    const { job } = await createBatchOfOne(service, key);
    const secret = await createWatchToken(service, { job }, key);
    const progress = `{ job(id: "${job}") { status } }`;
    for (let request = 0; request < 5; request += 1) {
      expect(await ask(service.url, `Bearer ${secret}`, progress)).toMatchObject({ status: 200 });
    }
    expect(await ask(service.url, `Bearer ${secret}`, progress)).toMatchObject({ status: 429, code: 'RATE_LIMITED' });
    expect(await send(key)).toMatchObject({ status: 200, rateLimit: { remaining: 2 } });
  });

  it('are limited by the current limit of the key, also on open sockets', async () => {
    const key = await issueKey(service, ['READ'], { limits: { requestsPerMinute: 1 } });
    const socket = await connected(service.url, bearer(key));
    const run = () => runOver(socket);
    expect((await run()).errors).toBeUndefined();
    expect(await run()).toMatchObject({ errors: [{ extensions: { code: 'RATE_LIMITED' } }] });
    const operator = await issueKey(service, ['OPERATOR']);
    const update =
      'mutation ($id: ID!, $input: UpdateApiKeyInput!) { updateApiKey(id: $id, input: $input) { apiKey { name limits { requestsPerMinute } } } }';
    const variables = { id: encodeId('key', key.key.id), input: { name: 'x', limits: { requestsPerMinute: 600 } } };
    const { data } = await ask(service.url, bearer(operator), update, { variables });
    expect(data.updateApiKey.apiKey).toEqual({ name: 'x', limits: { requestsPerMinute: 600 } });
    // The new limit adds a token within 100 ms.
    await expect.poll(run).toMatchObject({ data: { viewer: { limits: { requestsPerMinute: 600 } } } });
    socket.terminate();
  });
});

describe('a token bucket', () => {
  const bucket = { name: 'a', perMinute: 60 };

  it('refills evenly and never holds more than a minute', () => {
    const { take } = createBucketsInMemory();
    const [full] = take([bucket], 0);
    expect(full).toEqual({ waitMs: 0, remaining: 59, resetMs: 1_000 });
    for (let taken = 1; taken < 60; taken += 1) expect(take([bucket], 0)).toMatchObject([{ waitMs: 0 }]);
    expect(take([bucket], 0)).toEqual([{ waitMs: 1_000, remaining: 0, resetMs: 60_000 }]);
    expect(take([bucket], 999)).toMatchObject([{ waitMs: 1 }]);
    expect(take([bucket], 1_000)).toMatchObject([{ waitMs: 0, remaining: 0 }]);
    expect(take([bucket], 3_600_000)).toEqual([{ waitMs: 0, remaining: 59, resetMs: 1_000 }]);
  });

  it('that is full has a token at any time', () => {
    for (let now = 0.1; now < 10_000; now += 1.1) {
      const [state] = createBucketsInMemory().take([{ name: 'a', perMinute: 1 }], now);
      expect(state).toMatchObject({ waitMs: 0, remaining: 0 });
    }
  });

  it('loses no token if another one is empty', () => {
    const { take } = createBucketsInMemory();
    const empty = { name: 'b', perMinute: 1 };
    take([empty], 0);
    expect(take([bucket, empty], 0)).toMatchObject([{ waitMs: 0, remaining: 60 }, { waitMs: 60_000 }]);
    expect(take([bucket], 0)).toMatchObject([{ remaining: 59 }]);
  });

  it('is unchanged by a look at it', () => {
    const { take, look } = createBucketsInMemory();
    for (let looks = 0; looks < 3; looks += 1) {
      expect(look(bucket, 0)).toEqual({ waitMs: 0, remaining: 60, resetMs: 0 });
    }
    for (let taken = 0; taken < 60; taken += 1) take([bucket], 0);
    expect(look(bucket, 0)).toEqual({ waitMs: 1_000, remaining: 0, resetMs: 60_000 });
    expect(take([bucket], 1_000)).toMatchObject([{ waitMs: 0 }]);
  });

  it('is dropped from memory if ten thousand others were used since', () => {
    const { take, look } = createBucketsInMemory();
    const [used, unused] = [
      { name: 'used', perMinute: 1 },
      { name: 'unused', perMinute: 1 },
    ];
    take([used], 0);
    take([unused], 0);
    for (let others = 0; others < 9_999; others += 1) {
      take([{ name: `other ${others}`, perMinute: 1 }], 0);
      expect(look(used, 0).remaining).toBe(0);
    }
    expect(look(unused, 0).remaining).toBe(1);
  });

  it('does the same in Redis, also after Redis has lost its scripts', async () => {
    await using service = await startService({ worker: false, maintenance: false });
    const { redis } = service.platform;
    await expect.poll(() => redis.isReady).toBe(true);
    const { take, look } = createTokenBuckets({ redis, prefix: service.config.redisPrefix });
    const name = newUuid();
    const [first] = await take([{ name, perMinute: 600 }]);
    expect(first).toMatchObject({ waitMs: 0, remaining: 599 });
    expect(await look({ name: `${name}-c`, perMinute: 600 })).toEqual({ waitMs: 0, remaining: 600, resetMs: 0 });
    expect(await redis.exists(`${service.config.redisPrefix}:rate:${name}-c`)).toBe(0);
    expect(await take([{ name: `${name}-b`, perMinute: 1 }])).toMatchObject([{ waitMs: 0, remaining: 0 }]);
    const both = await take([
      { name, perMinute: 600 },
      { name: `${name}-b`, perMinute: 1 },
    ]);
    expect(both[0]?.remaining).toBeGreaterThanOrEqual(599);
    expect(both[1]?.waitMs).toBeGreaterThan(0);
    expect((await look({ name: `${name}-b`, perMinute: 1 })).waitMs).toBeGreaterThan(0);
    await redis.scriptFlush();
    let taken = 0;
    while ((await take([{ name, perMinute: 600 }]))[0]?.waitMs === 0) taken += 1;
    expect(taken).toBeGreaterThanOrEqual(599);
    // It refills: a tenth of a second per token.
    await expect.poll(async () => (await take([{ name, perMinute: 600 }]))[0]?.waitMs).toBe(0);
  });
});
