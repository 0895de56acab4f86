import { once } from 'node:events';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { defaultTenantId } from '../../src/api/context.ts';
import { defaultClientLimits } from '../../src/config/client-limits.ts';
import { openDatabase } from '../../src/connections/database.ts';
import { createLogger } from '../../src/ops/logger.ts';
import { KeyRing } from '../../src/tenants/key-ring.ts';
import { parseKeyText, proofOfKey } from '../../src/tenants/key-text.ts';
import { type IssuedKey, revokeKey } from '../../src/tenants/keys.ts';
import { startTcpProxy, type TcpProxy } from '../api/tcp-proxy.ts';
import { createDatabase, type Service, startService } from '../service.ts';
import { ask, bearer, closeCode, connected, issueFirstKey, issueKey } from './asking.ts';

let service: Service;
let database: Awaited<ReturnType<typeof createDatabase>>;
let postgres: TcpProxy;
let redis: TcpProxy;
let key: IssuedKey;
beforeAll(async () => {
  database = await createDatabase();
  postgres = await startTcpProxy(database.url);
  redis = await startTcpProxy(inject('redisUrl'));
  const config = { databaseUrl: postgres.through(database.url), redisUrl: redis.through(inject('redisUrl')) };
  service = await startService({ worker: false, maintenance: false, config });
  key = await issueFirstKey(service, ['READ', 'WRITE']);
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await postgres[Symbol.asyncDispose]();
  await redis[Symbol.asyncDispose]();
  await database.drop();
});

const query = '{ viewer { id } }';
const soon = { timeout: 60_000, interval: 50 };

it('without PostgreSQL, requests with a valid key are unavailable, and never unauthenticated', async () => {
  const unused = await issueKey(service, ['READ']);
  const authorization = bearer(key);
  const socket = await connected(service.url, authorization);
  expect((await ask(service.url, authorization, query)).status).toBe(200);
  await postgres.goDown();
  const unavailable = { status: 503, code: 'SERVICE_UNAVAILABLE' };
  // At first, the process still trusts the key that it has just read.
  const typename = async () => (await ask(service.url, authorization, '{ __typename }')).status;
  await expect.poll(typename, soon).toBe(503);
  for (const each of [key, unused]) {
    expect(await ask(service.url, bearer(each), query)).toMatchObject(unavailable);
    // Clients try again after 4403, and give up after 4401.
    expect(await closeCode(service.url, { authorization: bearer(each) })).toBe(4403);
  }
  const events = { headers: { accept: 'text/event-stream' } };
  expect((await ask(service.url, authorization, query, events)).status).toBe(503);
  await postgres.comeBack();
  await expect.poll(typename, soon).toBe(200);
  expect((await ask(service.url, bearer(unused), query)).status).toBe(200);
  // The socket was open all the time.
  socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }));
  const [message] = await once(socket, 'message');
  expect(JSON.parse(String(message))).toMatchObject({ type: 'next', payload: { data: { viewer: {} } } });
  socket.terminate();
});

it('without Redis, valid keys are served, and a revoked one is refused', async () => {
  await redis.goDown();
  const unused = await issueKey(service, ['READ']);
  for (const each of [key, unused]) expect((await ask(service.url, bearer(each), query)).status).toBe(200);
  await revokeKey(service.platform.database, unused.key.id);
  await expect.poll(async () => (await ask(service.url, bearer(unused), query)).status, soon).toBe(401);
  expect((await ask(service.url, bearer(key), query)).status).toBe(200);
  await redis.comeBack();
});

it('a key that clients try to use stays known while keys cannot be read', async () => {
  const proxy = await startTcpProxy(database.url);
  const logger = createLogger({ logLevel: 'silent' }, 'test');
  const pool = openDatabase({ url: proxy.through(database.url), name: 'test', size: 1, logger });
  const shared = { required: true, anonymousTenantId: defaultTenantId, limits: defaultClientLimits, logger };
  const ring = new KeyRing({ database: pool, ...shared, rereadMs: 20, idleMs: 1_000 });
  try {
    const parsed = parseKeyText(key.secret);
    if (parsed === null) throw new Error('the key has another form');
    const proof = proofOfKey(parsed);
    expect(await ring.find(proof, 'an address')).not.toBeNull();
    await proxy.goDown();
    await expect.poll(() => ring.findKnown(proof), soon).toBeNull();
    // A key that is not used would be forgotten after a second.
    const since = performance.now();
    while (performance.now() - since < 1_500) {
      await expect(ring.find(proof, 'an address')).rejects.toThrow();
      expect(ring.findKnown(proof)).toBeNull();
    }
    await proxy.comeBack();
    await expect.poll(() => ring.findKnown(proof), soon).not.toBeNull();
  } finally {
    await ring[Symbol.asyncDispose]();
    await pool[Symbol.asyncDispose]();
    await proxy[Symbol.asyncDispose]();
  }
});
