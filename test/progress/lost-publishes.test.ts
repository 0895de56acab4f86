import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { inline, submit } from '../api/submitting.ts';
import { startTcpProxy, type TcpProxy } from '../api/tcp-proxy.ts';
import { soon } from '../faults/watching.ts';
import { openSubscription } from '../graphql.ts';
import { group, opened, stepwise } from '../jobs/extractors.ts';
import { type Service, startService } from '../service.ts';

let service: Service;
let redis: TcpProxy;
beforeAll(async () => {
  redis = await startTcpProxy(inject('redisUrl'));
  service = await startService({ worker: false, config: { redisUrl: redis.through(inject('redisUrl')) } });
});
afterEach(async () => {
  await service.stopWorker();
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await redis[Symbol.asyncDispose]();
});

const query = `subscription ($id: ID!) { jobProgress(id: $id) { cursor status progressPercentage job { status } } }`;

/** Completes the job without publishing, like a process that died between its commit and its publish. */
async function completeInSilence(): Promise<void> {
  await service.platform.database.query(
    `UPDATE jobs SET status = 'COMPLETED', percent = 100, revision = revision + 1, finished_at = now() WHERE status = 'PENDING'`,
    [],
  );
}

describe('a lost publish', () => {
  it('only delays the final event', async () => {
    const { id } = await submit(service, { source: await inline('one-page') });
    const watching = await Promise.all([1, 2, 3].map(() => openSubscription(service.url, query, { id })));
    for (const events of watching) expect((await events.next()).value.data.jobProgress.status).toBe('PENDING');
    await completeInSilence();
    for (const events of watching) {
      expect((await events.next()).value.data.jobProgress).toEqual({
        cursor: '2.0',
        status: 'COMPLETED',
        progressPercentage: 100,
        job: { status: 'COMPLETED' },
      });
      expect((await events.next()).done).toBe(true);
    }
  });

  it('of a deleted job ends the subscription', async () => {
    const { id } = await submit(service, { source: await inline('one-page') });
    const events = await openSubscription(service.url, query, { id });
    await events.next();
    await service.platform.database.query('DELETE FROM jobs', []);
    expect((await events.next()).done).toBe(true);
  });
});

describe('while Redis is down', () => {
  it('jobs are accepted, run and watched to their end, and health recovers afterwards', async () => {
    const extractor = stepwise(opened(2), group(1, 1), group(2, 2));
    await service.startWorker({ extractor });
    const { id } = await submit(service, { source: await inline('one-page') });
    const early = await openSubscription(service.url, query, { id });
    let status = (await early.next()).value.data.jobProgress.status;
    while (status === 'PENDING') status = (await early.next()).value.data.jobProgress.status;
    await redis.goDown();

    const health = await fetch(`${service.url}/health/ready`);
    expect([health.status, await health.json()]).toMatchObject([200, { status: 'DEGRADED' }]);
    const late = await openSubscription(service.url, query, { id });
    const accepted = await submit(service, { source: await inline('one-page') });
    for (let n = 0; n < 3; n += 1) extractor.step();
    for (const events of [early, late]) {
      let last = null;
      for await (const { data } of events) last = data.jobProgress;
      expect(last).toMatchObject({ status: 'COMPLETED', progressPercentage: 100, job: { status: 'COMPLETED' } });
    }

    await redis.comeBack();
    for (let n = 0; n < 3; n += 1) extractor.step();
    let last = null;
    for await (const { data } of await openSubscription(service.url, query, { id: accepted.id }))
      last = data.jobProgress;
    expect(last).toMatchObject({ status: 'COMPLETED' });
    await expect
      .poll(async () => (await (await fetch(`${service.url}/health/ready`)).json()) as object, soon)
      .toMatchObject({ checks: expect.arrayContaining([expect.objectContaining({ name: 'redis', status: 'OK' })]) });
  });

  it('jobUpdates waits and continues afterwards', async () => {
    await redis.goDown();
    const updates = await openSubscription(service.url, 'subscription { jobUpdates { jobId } }');
    let seen = false;
    const first = updates.next().then(() => {
      seen = true;
    });
    await redis.comeBack();
    const source = await inline('one-page');
    await expect
      .poll(async () => {
        await submit(service, { source });
        return seen;
      }, soon)
      .toBe(true);
    await first;
    await updates.return(undefined);
  });
});
