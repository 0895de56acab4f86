import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { defaultTenantId } from '../../src/api/context.ts';
import { decodeId, encodeId, newUuid } from '../../src/ids.ts';
import { defaultOptions } from '../../src/job-row/options.ts';
import { insertJob } from '../api/rows.ts';
import { type Service, startService } from '../service.ts';
import { ask, bearer, issueKey } from './asking.ts';

let service: Service;
let key: string;
let limited: string;
beforeAll(async () => {
  service = await startService({ worker: false, maintenance: false });
  key = bearer(await issueKey(service, ['READ', 'WRITE', 'OPERATOR']));
  const limits = { timeoutSeconds: 60, minPriority: 4, maxPriority: 6 };
  limited = bearer(await issueKey(service, ['READ', 'WRITE'], { limits }));
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

const retryJob = 'mutation ($id: ID!) { retryJob(id: $id) { job { id } } }';
const retryBatch = 'mutation ($id: ID!) { retryBatch(id: $id) { batch { id } } }';

const run = (query: string, id: string, as = key) => ask(service.url, as, query, { variables: { id } });

/** Inserts failed jobs of one batch, and returns the id of the batch. */
async function insertFailedBatch(jobs: number, columns: object = {}): Promise<string> {
  const id = newUuid();
  await service.platform.database.prisma.batch.create({
    data: {
      id,
      tenantId: defaultTenantId,
      total: jobs,
      pending: 0,
      failed: jobs,
      status: 'FAILED',
      percent: 100,
      finishedAt: new Date(),
    },
  });
  for (let batchIndex = 0; batchIndex < jobs; batchIndex += 1) {
    await insertJob(service, { status: 'FAILED', failureCode: 'INTERNAL', batchId: id, batchIndex, ...columns });
  }
  return encodeId('batch', id);
}

describe('a retry', () => {
  const options = { ...defaultOptions, timeoutSeconds: 900 };

  async function kept(where: object) {
    const rows = await service.platform.database.prisma.job.findMany({ where: { ...where, status: 'PENDING' } });
    return rows.map(({ options, priority }) => [Reflect.get(Object(options), 'timeoutSeconds'), priority]);
  }

  it.each([
    [{ options, priority: 0 }, [60, 4]],
    [{ options, priority: 9 }, [60, 6]],
    [{ options: { ...options, timeoutSeconds: 30 }, priority: 5 }, [30, 5]],
    // A job of a version that stored no limit.
    [{ options: {}, priority: 5 }, [60, 5]],
  ])('keeps what a job has within the limits of the key: %j', async (columns, expected) => {
    const job = await insertJob(service, { status: 'FAILED', failureCode: 'INTERNAL', ...columns });
    expect(await run(retryJob, job.id, limited)).toMatchObject({ status: 200, code: undefined });
    expect(await kept({ id: job.uuid })).toEqual([expected]);
    const batch = await insertFailedBatch(2, columns);
    expect(await run(retryBatch, batch, limited)).toMatchObject({ status: 200, code: undefined });
    expect(await kept({ batchId: decodeId('batch', batch) })).toEqual([expected, expected]);
  });
});

describe('with a quota', () => {
  async function limit(limits: object): Promise<void> {
    const update =
      'mutation ($id: ID!, $input: UpdateTenantInput!) { updateTenant(id: $id, input: $input) { tenant { id } } }';
    const variables = { id: encodeId('tenant', defaultTenantId), input: { limits } };
    expect(await ask(service.url, key, update, { variables })).toMatchObject({ status: 200, code: undefined });
  }

  beforeEach(async () => {
    await service.platform.database.prisma.job.deleteMany();
    await limit({ jobsWaiting: null, bytesStored: null, pagesPerMonth: null });
  });

  it('a retry reports what it exceeds, and what to do', async () => {
    const failed = { status: 'FAILED', failureCode: 'INTERNAL' } as const;
    const { id } = await insertJob(service, failed);
    const batch = await insertFailedBatch(3);
    await insertJob(service, { status: 'PENDING' });
    await limit({ jobsWaiting: 1 });
    const full = { code: 'QUOTA_EXCEEDED', quota: 'jobsWaiting', limit: 1, used: 1 };
    expect((await run(retryJob, id)).extensions).toMatchObject({ ...full, advice: expect.stringContaining('started') });
    expect((await run(retryBatch, batch)).extensions).toMatchObject({
      ...full,
      advice: expect.stringContaining('fewer'),
    });
    await limit({ jobsWaiting: null, bytesStored: 0 });
    const bytes = { code: 'QUOTA_EXCEEDED', quota: 'bytesStored', limit: 0, used: 0 };
    // Their documents are not stored and would be downloaded again.
    expect((await run(retryJob, id)).extensions).toMatchObject(bytes);
    expect((await run(retryBatch, batch)).extensions).toMatchObject(bytes);
    await service.platform.database.prisma.source.updateMany({ data: { storageKey: 'sources/x', bytes: 0 } });
    expect((await run(retryJob, id)).code).toBeUndefined();
  });

  it('a job that cannot be retried is reported as such', async () => {
    await limit({ jobsWaiting: 0 });
    const { id } = await insertJob(service, { status: 'COMPLETED' });
    expect((await run(retryJob, id)).code).toBe('JOB_FINAL');
    expect((await run(retryJob, (await insertJob(service, { status: 'PENDING' })).id)).code).toBe('JOB_NOT_FINAL');
    expect((await run(retryJob, encodeId('job', newUuid()))).code).toBe('NOT_FOUND');
    const createJob = 'mutation ($id: ID!) { createJob(input: { source: { job: $id } }) { job { id } } }';
    expect((await run(createJob, encodeId('job', newUuid()))).code).toBe('NOT_FOUND');
  });

  it('many at the same time exceed a quota by no more than the connections', async () => {
    await service.platform.database.prisma.job.deleteMany();
    const jobs = await Promise.all(Array.from({ length: 60 }, () => insertJob(service, { status: 'CANCELLED' })));
    await limit({ jobsWaiting: 3 });
    const answers = await Promise.all(jobs.map(({ id }) => run(retryJob, id)));
    const accepted = answers.filter(({ code }) => code === undefined).length;
    expect(answers.filter(({ code }) => code === 'QUOTA_EXCEEDED')).toHaveLength(60 - accepted);
    expect(accepted).toBeGreaterThanOrEqual(3);
    expect(accepted).toBeLessThan(3 + 10);
  });

  it('every refusal reports a usage that exceeds the quota, even while it changes', async () => {
    await limit({ jobsWaiting: 1 });
    const source = await insertJob(service, { status: 'COMPLETED' });
    const createJob = 'mutation ($id: ID!) { createJob(input: { source: { job: $id } }) { job { id } } }';
    const cancelJob = 'mutation ($id: ID!) { cancelJob(id: $id) { job { id } } }';
    async function createAndCancel(): Promise<string> {
      const { data, extensions } = await run(createJob, source.id);
      if (data?.createJob == null) {
        const { code, quota, limit, used } = extensions;
        return code === 'OVERLOADED' ? 'try again' : `${code} ${quota} ${limit} ${used}`;
      }
      expect((await run(cancelJob, data.createJob.job.id)).code).toBeUndefined();
      return 'accepted';
    }
    const outcomes = new Set<string>();
    for (let round = 0; round < 25; round += 1) {
      for (const outcome of await Promise.all(Array.from({ length: 8 }, createAndCancel))) outcomes.add(outcome);
    }
    outcomes.delete('try again');
    // Requests at the same time may exceed the quota by what they add.
    for (const outcome of outcomes) expect(outcome).toMatch(/^(accepted|QUOTA_EXCEEDED jobsWaiting 1 [1-8])$/);
    expect(outcomes.size).toBeGreaterThan(1);
  });
});
