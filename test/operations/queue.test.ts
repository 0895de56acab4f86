import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { defaultTenantId } from '../../src/api/context.ts';
import { encodeId, newUuid } from '../../src/ids.ts';
import { accepted, ended, endedJob, inline, readJob, refused, submit } from '../api/submitting.ts';
import { graphql, subscribe } from '../graphql.ts';
import { deferred, extractorOf, group, opened } from '../jobs/extractors.ts';
import { type Service, startService } from '../service.ts';

let service: Service;
beforeAll(async () => {
  service = await startService({ worker: false });
});
afterEach(async () => {
  await service.stopWorker();
  accepted(await resume());
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

const queue =
  'queue { paused pausedAt pausedTenantIds depth scheduled running workers slots oldestWaitingSeconds submittedPerMinute completedPerMinute failedPerMinute }';
const readQueue = async () => accepted(await graphql(service.url, `{ ${queue} }`)).queue;
const pause = (args = '') => graphql(service.url, `mutation { pauseQueue${args} { paused ${queue} } }`);
const resume = (args = '') => graphql(service.url, `mutation { resumeQueue${args} { paused queue { paused } } }`);
const healthOf = async (name: string) => {
  const { health } = accepted(await graphql(service.url, '{ health { checks { name status detail advice } } }'));
  return health.checks.find((check: { name: string }) => check.name === name);
};

/** Reads one page of each document; waits before the end until it is released. */
function held() {
  const release = deferred<void>();
  const extractor = extractorOf(async function* () {
    yield opened(1);
    await release.promise;
    yield group(1, 1);
  });
  return { extractor, release };
}

describe('a paused queue', () => {
  it('accepts jobs and starts none, in the way that health and estimates tell, until it is resumed', async () => {
    const { extractor, release } = held();
    await service.startWorker({ extractor });
    const running = await submit(service, { source: await inline('one-page') });
    await expect.poll(() => readJob(service, running.id, 'status')).toEqual({ status: 'RUNNING' });
    const { pauseQueue } = accepted(await pause());
    expect(pauseQueue).toMatchObject({ paused: true, queue: { paused: true, running: 1, workers: 1, slots: 2 } });
    expect(accepted(await pause()).pauseQueue.queue.pausedAt).toBe(pauseQueue.queue.pausedAt);

    const waiting = await submit(service, { source: await inline('one-page') });
    release.resolve();
    await ended(service, running.id);
    // Neither the free slots nor those that poll for rows take it: the sweeper and two polls have come by then.
    const { database } = service.platform;
    await expect.poll(() => readQueue()).toMatchObject({ depth: 1, running: 0, completedPerMinute: 1 });
    expect(await database.query("SELECT id FROM claim_jobs($1, 2, interval '10 seconds')", [newUuid()])).toEqual([]);
    await expect
      .poll(() => readJob(service, waiting.id, 'status estimatedCompletion'))
      .toEqual({
        status: 'PENDING',
        estimatedCompletion: null,
      });
    expect(await healthOf('queue')).toMatchObject({
      status: 'DEGRADED',
      detail: expect.stringMatching(/^An operator paused the queue \d+ s ago/),
    });

    expect(accepted(await resume())).toEqual({ resumeQueue: { paused: false, queue: { paused: false } } });
    expect(await endedJob(service, waiting.id, 'status')).toEqual({ status: 'COMPLETED' });
    expect(accepted(await resume()).resumeQueue.paused).toBe(false);
    expect(await readQueue()).toMatchObject({ paused: false, pausedAt: null, depth: 0, submittedPerMinute: 2 });
  });

  it('of one tenant delays no other tenant', async () => {
    const { createTenant } = accepted(
      await graphql(service.url, 'mutation { createTenant(input: { name: "other" }) { tenant { id queuePausedAt } } }'),
    );
    const { id } = createTenant.tenant;
    expect(createTenant.tenant.queuePausedAt).toBeNull();
    accepted(await pause(`(tenant: "${id}")`));
    expect(await readQueue()).toMatchObject({ paused: false, pausedTenantIds: [id] });
    const { extractor, release } = held();
    release.resolve();
    await service.startWorker({ extractor });
    const job = await submit(service, { source: await inline('one-page') });
    expect(await endedJob(service, job.id, 'status')).toEqual({ status: 'COMPLETED' });
    accepted(await resume());
    expect(await readQueue()).toMatchObject({ pausedTenantIds: [id] });
    accepted(await resume(`(tenant: "${id}")`));
    expect(await readQueue()).toMatchObject({ pausedTenantIds: [] });
  });

  it('of the tenant of a job gives it no place and no estimate', async () => {
    const own = encodeId('tenant', defaultTenantId);
    accepted(await pause(`(tenant: "${own}")`));
    await service.startWorker({ extractor: held().extractor });
    const job = await submit(service, { source: await inline('one-page') });
    const place = 'status queuePosition estimatedCompletion';
    await expect
      .poll(() => readJob(service, job.id, place))
      .toEqual({
        status: 'PENDING',
        queuePosition: null,
        estimatedCompletion: null,
      });
    accepted(await graphql(service.url, `mutation { cancelJob(id: "${job.id}") { job { id } } }`));
    accepted(await resume(`(tenant: "${own}")`));
  });

  it('is NOT_FOUND for a tenant that does not exist', async () => {
    for (const id of [encodeId('tenant', newUuid()), 'nonsense']) {
      expect(refused(await pause(`(tenant: "${id}")`)).extensions?.code).toBe('NOT_FOUND');
      expect(refused(await resume(`(tenant: "${id}")`)).extensions?.code).toBe('NOT_FOUND');
    }
  });
});

describe('a subscription to queueStats', () => {
  it('sends the state, then its changes, and reads nothing without subscribers', async () => {
    const events = subscribe(service.url, 'subscription { queueStats { paused depth } }');
    const next = async () => {
      const { value } = await events.next();
      return accepted(value).queueStats;
    };
    expect(await next()).toEqual({ paused: false, depth: 0 });
    accepted(await pause());
    const paused = await next();
    expect(paused).toEqual({ paused: true, depth: 0 });
    const job = await submit(service, { source: await inline('one-page') });
    let state = paused;
    while (state.depth === 0) state = await next();
    expect(state).toEqual({ paused: true, depth: 1 });
    await events.return(undefined);
    accepted(await graphql(service.url, `mutation { cancelJob(id: "${job.id}") { job { id } } }`));
    accepted(await resume());
  });
});

describe('a draining worker', () => {
  const workers = async () =>
    accepted(
      await graphql(
        service.url,
        '{ workers { id status runningJobs drainingSince memoryBytes pagesPerMinute completedJobs jobs { jobId tenantId stage pagesDone pagesTotal } } }',
      ),
    ).workers;
  const drain = (id: string, more = '') =>
    graphql(service.url, `mutation { drainWorker(id: "${id}"${more}) { worker { id status } } }`);

  it('finishes its jobs, takes no more, and takes jobs again if that is undone', async () => {
    const { prisma } = service.platform.database;
    await prisma.worker.deleteMany();
    const { extractor, release } = held();
    await service.startWorker({ extractor });
    const running = await submit(service, { source: await inline('one-page') });
    await expect
      .poll(workers)
      .toMatchObject([
        { status: 'ALIVE', runningJobs: 1, jobs: [{ jobId: running.id, stage: 'EXTRACT', pagesTotal: 1 }] },
      ]);
    const [{ id }] = await workers();
    expect(accepted(await drain(id))).toEqual({ drainWorker: { worker: { id, status: 'DRAINING' } } });
    expect(accepted(await drain(id)).drainWorker.worker.id).toBe(id);
    await expect
      .poll(() => healthOf('workers'))
      .toMatchObject({ status: 'DEGRADED', detail: expect.stringMatching(/all workers drain/) });

    release.resolve();
    await ended(service, running.id);
    await expect
      .poll(workers)
      .toMatchObject([{ id, status: 'DRAINED', runningJobs: 0, completedJobs: 1, pagesPerMinute: 1, jobs: [] }]);
    const waiting = await submit(service, { source: await inline('one-page') });
    await expect
      .poll(() => readJob(service, waiting.id, 'status estimatedCompletion'))
      .toEqual({
        status: 'PENDING',
        estimatedCompletion: null,
      });
    accepted(await drain(id, ', undo: true'));
    expect(await endedJob(service, waiting.id, 'status')).toEqual({ status: 'COMPLETED' });
    expect(await workers()).toMatchObject([{ status: 'ALIVE', drainingSince: null }]);
  });

  it('is NOT_FOUND if it is dead or never existed', async () => {
    const { prisma } = service.platform.database;
    const dead = newUuid();
    await prisma.worker.create({
      data: {
        id: dead,
        host: 'gone',
        pid: 1,
        version: '0',
        concurrency: 1,
        heartbeatAt: new Date(Date.now() - 60_000),
      },
    });
    for (const id of [encodeId('worker', dead), encodeId('worker', newUuid()), 'nonsense']) {
      expect(refused(await drain(id)).extensions?.code).toBe('NOT_FOUND');
    }
    expect((await workers()).find((each: { id: string }) => each.id === encodeId('worker', dead))).toMatchObject({
      status: 'SILENT',
    });
    await prisma.worker.delete({ where: { id: dead } });
  });
});
