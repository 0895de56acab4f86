import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultTenantId } from '../../src/api/context.ts';
import { defaultClientLimits } from '../../src/config/client-limits.ts';
import { openRedis } from '../../src/connections/redis.ts';
import { encodeId } from '../../src/ids.ts';
import { listenForKeyChanges } from '../../src/tenants/key-changes.ts';
import { KeyRing } from '../../src/tenants/key-ring.ts';
import { parseKeyText, proofOfKey } from '../../src/tenants/key-text.ts';
import { type IssuedKey, revokeKey } from '../../src/tenants/keys.ts';
import { run } from '../cli/running.ts';
import { deferred } from '../jobs/extractors.ts';
import { type Service, startService } from '../service.ts';
import { ask, bearer, issueKey } from './asking.ts';

const unlimited = { anonymousTenantId: defaultTenantId, limits: defaultClientLimits };

let service: Service;
let operator: IssuedKey;
beforeAll(async () => {
  service = await startService({ worker: false, maintenance: false });
  operator = await issueKey(service, ['OPERATOR']);
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

/** The key ring of another process that never reads its keys without an announcement, with one connection of a key. */
async function otherProcess(key: IssuedKey) {
  const { config, platform } = service;
  const { database, logger } = platform;
  const redis = openRedis(config.redisUrl ?? '', logger);
  const ring = new KeyRing({ database, required: true, ...unlimited, logger, rereadMs: 3_600_000 });
  const onChange = () => void ring.reread();
  const listener = listenForKeyChanges({ redis, prefix: config.redisPrefix, onChange, logger });
  const parsed = parseKeyText(key.secret);
  const holder = parsed && (await ring.find(proofOfKey(parsed), '127.0.0.1'));
  if (holder === null) throw new Error('the key is not valid');
  const { promise: ended, resolve } = deferred<void>();
  ring.whenEnded(holder, resolve);
  const channel = `${config.redisPrefix}:keys`;
  return {
    ended,
    /** Resolves once announcements arrive at this process as well as at the service. */
    async connect() {
      await redis.connect();
      await expect.poll(() => platform.redis.pubSubNumSub(channel)).toMatchObject({ [channel]: 2 });
    },
    async [Symbol.asyncDispose]() {
      listener[Symbol.dispose]();
      redis.destroy();
      await ring[Symbol.asyncDispose]();
    },
  };
}

describe('a revocation ends connections in other processes without waiting for the next read of the keys', () => {
  it('by a mutation', async () => {
    const key = await issueKey(service, ['READ']);
    await using other = await otherProcess(key);
    await other.connect();
    const mutation = 'mutation ($id: ID!) { revokeApiKey(id: $id) { apiKey { revokedAt } } }';
    const variables = { id: encodeId('key', key.key.id) };
    expect(await ask(service.url, bearer(operator), mutation, { variables })).toMatchObject({ status: 200 });
    await other.ended;
  });

  it('by the command line', async () => {
    const key = await issueKey(service, ['READ']);
    await using other = await otherProcess(key);
    await other.connect();
    const { databaseUrl, redisUrl, redisPrefix, dataDir } = service.config;
    const env = {
      DATABASE_URL: databaseUrl ?? '',
      REDIS_URL: redisUrl ?? '',
      REDIS_PREFIX: redisPrefix,
      DATA_DIR: dataDir,
    };
    expect(await run(['keys', 'revoke', encodeId('key', key.key.id)], { env })).toMatchObject({ code: 0 });
    await other.ended;
  });

  it('even if it was announced while Redis was away', async () => {
    const key = await issueKey(service, ['READ']);
    await using other = await otherProcess(key);
    await revokeKey(service.platform.database, key.key.id);
    await other.connect();
    await other.ended;
  });
});

it('the first key ends the connections of callers without a key', async () => {
  await using fresh = await startService({ worker: false, maintenance: false });
  const { database, logger } = fresh.platform;
  await using ring = new KeyRing({ database, required: false, ...unlimited, logger, rereadMs: 3_600_000 });
  const { promise: ended, resolve } = deferred<void>();
  ring.whenEnded(null, resolve);
  await issueKey(fresh, ['READ']);
  await ring.reread();
  await ended;
});

it('a flood of announcements reads the keys a few times, the last time after the last one', async () => {
  const { config, platform } = service;
  const { logger } = platform;
  const redis = openRedis(config.redisUrl ?? '', logger);
  const prefix = `${config.redisPrefix}:flood`;
  let changes = 0;
  const onChange = () => {
    changes += 1;
  };
  using _ = listenForKeyChanges({ redis, prefix, onChange, logger });
  await redis.connect();
  await expect.poll(() => platform.redis.publish(`${prefix}:keys`, 'changed')).toBe(1);
  const began = performance.now();
  for (let n = 0; n < 100; n += 1) {
    await Promise.all(Array.from({ length: 20 }, () => platform.redis.publish(`${prefix}:keys`, '')));
  }
  const most = (performance.now() - began) / 100 + 4;
  const before = changes;
  expect(before).toBeLessThanOrEqual(most);
  await platform.redis.publish(`${prefix}:keys`, '');
  await expect.poll(() => changes).toBeGreaterThan(before);
  redis.destroy();
});
