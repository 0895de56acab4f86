import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reconnectDelayMs } from '../../src/connections/redis.ts';
import { canaryDeadSeconds } from '../../src/ops/vitals.ts';
import { accepted, cancel, inline, readJob, submit } from '../api/submitting.ts';
import { subscribe } from '../graphql.ts';
import { deferred, endless, opened } from '../jobs/extractors.ts';
import { type Service, startService } from '../service.ts';
import { type FaultyProxy, startFaultyProxy } from './faulty-proxy.ts';
import { type OwnRedis, startOwnRedis } from './own-redis.ts';
import { ailing, completeOnce, pages, soon, submitSome } from './watching.ts';

let redis: OwnRedis;
let proxy: FaultyProxy;
let service: Service;
beforeAll(async () => {
  redis = await startOwnRedis();
  proxy = await startFaultyProxy(redis.url);
  service = await startService({ config: { redisUrl: proxy.through(redis.url) }, overrides: { extractor: pages() } });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await proxy[Symbol.asyncDispose]();
  await redis[Symbol.asyncDispose]();
});

/** Waits until Redis is in use again: the worker returns a canary, no wake-up is left over, and all checks are OK. */
async function recovered(of = service): Promise<void> {
  const { database, ringer } = of.platform;
  const [moment] = await database.query<{ now: Date }>('SELECT now()', []);
  const answered = `SELECT 1 AS answered FROM leases WHERE name = 'canary' AND expires_at > $1::timestamptz + $2 * interval '1 second'`;
  const canaries = () => database.query(answered, [moment?.now ?? null, canaryDeadSeconds]);
  await expect.poll(canaries, soon).toHaveLength(1);
  await expect.poll(() => ringer.waiting(), soon).toBe(0);
  await expect.poll(() => ailing(of), soon).toEqual([]);
}

describe('Redis is disposable', () => {
  it('its contents: FLUSHALL at any moment loses no job and runs none twice', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 5; n += 1) {
      ids.push(...(await submitSome(service, 3)));
      await redis.command('FLUSHALL');
    }
    await completeOnce(service, ids);
    await recovered();
  });

  it('its scripts: after SCRIPT FLUSH wake-ups and canaries are sent and received as before', async () => {
    await redis.command('SCRIPT', 'FLUSH', 'SYNC');
    await completeOnce(service, await submitSome(service, 3));
    await recovered();
  });

  it('its process: jobs are accepted, run and watched while it is down, and it is used again afterwards', async () => {
    const before = await submitSome(service, 2);
    await redis.kill();
    const during = await submitSome(service, 4);
    const { id } = await submit(service, { source: await inline('one-page') });
    const states: string[] = [];
    for await (const answer of subscribe(service.url, 'subscription ($id: ID!) { jobProgress(id: $id) { status } }', {
      id,
    })) {
      states.push(accepted(answer).jobProgress.status);
    }
    expect(states.at(-1)).toBe('COMPLETED');
    await completeOnce(service, [...before, ...during, id]);
    expect(await ailing(service)).toContain('redis');
    await redis.start();
    await completeOnce(service, await submitSome(service, 4));
    await recovered();
  });

  it('its process: a running job is cancelled while it is down, and its slot is free for the next', async () => {
    const bomb = endless(opened(1));
    const other = await startService({
      config: { redisUrl: redis.url, concurrency: 1 },
      overrides: { extractor: bomb },
    });
    const [id = ''] = await submitSome(other, 1);
    await bomb.began;
    await redis.kill();
    accepted(await cancel(other, id));
    await bomb.aborted;
    expect(await readJob(other, id, 'status')).toEqual({ status: 'CANCELLED' });
    const [next = ''] = await submitSome(other, 1);
    await expect.poll(() => readJob(other, next, 'status'), soon).toEqual({ status: 'RUNNING' });
    accepted(await cancel(other, next));
    await other[Symbol.asyncDispose]();
    await redis.start();
    await recovered();
  });

  it('its absence for minutes: clients reconnect at least every two seconds, however long it lasts', () => {
    for (const tries of [0, 5, 50, 5_000, 5_000_000]) {
      expect(reconnectDelayMs(tries)).toBeGreaterThan(0);
      expect(reconnectDelayMs(tries)).toBeLessThanOrEqual(2_000);
    }
  });

  it('its connections: half-open ones are detected, even while they wait for messages', async () => {
    proxy.silence();
    const during = await submitSome(service, 4);
    await completeOnce(service, during);
    await expect.poll(() => ailing(service), soon).toContain('redis');
    proxy.heal();
    await recovered();
    await completeOnce(service, await submitSome(service, 4));
    await recovered();
  });

  it('a connection that waits for messages: others detect for it that it is half open', async () => {
    proxy.silenceThoseThatSent('brpoplpush');
    await completeOnce(service, await submitSome(service, 4));
    await recovered();
  });

  it('its connections: ending them while all slots are busy leaves no wake-up behind', async () => {
    const ended = deferred<void>();
    await using other = await startService({
      config: { redisUrl: redis.url, concurrency: 1 },
      overrides: { extractor: pages(ended.promise) },
    });
    const active = () => redis.command('LRANGE', `${other.config.redisPrefix}:permits:active`, '0', '-1');
    const ids = await submitSome(other, 4);
    await expect.poll(active, soon).toHaveLength(1);
    for (const taken of [2, 3]) {
      // The consumer reconnects and takes the next wake-up while the previous one still waits for a slot.
      await redis.command('CLIENT', 'KILL', 'TYPE', 'normal');
      await other.platform.ringer.topUp({ permits: 1, slots: 1 }).catch(() => undefined);
      await expect.poll(active, soon).toHaveLength(taken);
    }
    ended.resolve();
    await completeOnce(other, ids);
    // Wake-ups of dead connections are found by two checks, six seconds apart.
    await expect.poll(active, soon).toEqual([]);
  });

  it('its password: a worker that starts with a wrong one works, and uses Redis once it is corrected', async () => {
    await service.stopWorker();
    await redis.setPassword('another');
    await using other = await startService({
      config: { redisUrl: proxy.through(redis.url) },
      overrides: { extractor: pages() },
    });
    await completeOnce(other, await submitSome(other, 2));
    expect(await ailing(other)).toContain('redis');
    await redis.setPassword(new URL(redis.url).password);
    await recovered(other);
    await completeOnce(other, await submitSome(other, 2));
  });
});
