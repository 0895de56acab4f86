import { hostname } from 'node:os';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { JobError } from '../../src/errors.ts';
import { accepted, ended, inline, submit } from '../api/submitting.ts';
import { graphql } from '../graphql.ts';
import { deferred, extractorOf, group, opened } from '../jobs/extractors.ts';
import { type Service, startService } from '../service.ts';

let service: Service;
beforeAll(async () => {
  service = await startService({ worker: false });
});
afterEach(async () => {
  await service.stopWorker();
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

describe('a worker', () => {
  it('runs as many jobs at once as it has slots', async () => {
    let running = 0;
    let most = 0;
    const full = deferred<void>();
    const counting = extractorOf(async function* () {
      running += 1;
      most = Math.max(most, running);
      if (running === service.config.concurrency) full.resolve();
      yield opened(1);
      await full.promise;
      running -= 1;
      yield group(1, 1);
    });
    await service.startWorker({ extractor: counting });
    const source = await inline('one-page');
    const jobs = await Promise.all(Array.from({ length: 6 }, () => submit(service, { source })));
    await Promise.all(jobs.map(({ id }) => ended(service, id)));
    expect(most).toBe(service.config.concurrency);
  });

  it('has one row with its host, start time, totals and running jobs', async () => {
    const held = deferred<void>();
    const documents = [undefined, new JobError('PDF_DAMAGED'), held.promise];
    const scripted = extractorOf(async function* () {
      const next = documents.shift();
      yield opened(1);
      if (next instanceof JobError) throw next;
      await next;
      yield group(1, 1);
    });
    const { prisma } = service.platform.database;
    await prisma.worker.deleteMany();
    await service.startWorker({ extractor: scripted });
    const source = await inline('one-page');
    for (let n = 0; n < 2; n += 1) await ended(service, (await submit(service, { source })).id);
    const { id } = await submit(service, { source });
    const row = async () => {
      const [worker, ...others] = await prisma.worker.findMany();
      expect(others).toEqual([]);
      return worker;
    };
    await expect.poll(row).toMatchObject({
      host: hostname(),
      pid: process.pid,
      version: expect.stringMatching(/^\d/),
      concurrency: service.config.concurrency,
      startedAt: expect.any(Date),
      running: 1,
      completed: 1,
      failed: 1,
    });
    const { job } = accepted(await graphql(service.url, `{ job(id: "${id}") { workerId } }`));
    const node = async () => {
      const query = `{ node(id: "${job.workerId}") { __typename id ... on Worker { status host version concurrency runningJobs startedAt lastHeartbeat } } }`;
      return accepted(await graphql(service.url, query)).node;
    };
    expect(await node()).toEqual({
      __typename: 'Worker',
      id: job.workerId,
      status: 'ALIVE',
      host: hostname(),
      version: expect.stringMatching(/^\d/),
      concurrency: service.config.concurrency,
      runningJobs: 1,
      startedAt: expect.any(String),
      lastHeartbeat: expect.any(String),
    });
    held.resolve();
    await ended(service, id);
    await service.stopWorker();
    expect(await row()).toBeUndefined();
    expect(await node()).toBeNull();
  });

  it('finds jobs accepted before it started, without a wake-up', async () => {
    const { id } = await submit(service, { source: await inline('one-page') });
    const { redis, config } = service.platform;
    // Like after FLUSHALL: all wake-ups are lost.
    for (const key of await redis.keys(`${config.redisPrefix}:*`)) await redis.del(key);
    await service.startWorker();
    await ended(service, id);
  });

  it('continues when all wake-ups are lost meanwhile', async () => {
    await service.startWorker();
    const source = await inline('one-page');
    const { redis, config } = service.platform;
    const jobs = [];
    for (let n = 0; n < 10; n += 1) {
      jobs.push(await submit(service, { source }));
      for (const key of await redis.keys(`${config.redisPrefix}:*`)) await redis.del(key);
    }
    for (const { id } of jobs) await ended(service, id);
  });
});
