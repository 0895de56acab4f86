import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { defaultTenantId } from '../../src/api/context.ts';
import { encodeId } from '../../src/ids.ts';
import { createUsageCounter } from '../../src/maintenance/usage-counter.ts';
import { insertJob, insertTenant } from '../api/rows.ts';
import { accepted, endedJob, fixture, inline, refused, storedKeys, submit, tryCreateJob } from '../api/submitting.ts';
import { graphql } from '../graphql.ts';
import { type Service, startService } from '../service.ts';

let service: Service;
beforeAll(async () => {
  service = await startService({ worker: false, maintenance: false });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

const none = { jobsWaiting: null, bytesStored: null, pagesPerMonth: null, timeoutSeconds: null, memoryBytes: null };

async function limit(limits: object, of = service): Promise<void> {
  const query =
    'mutation ($id: ID!, $input: UpdateTenantInput!) { updateTenant(id: $id, input: $input) { tenant { id } } }';
  const id = encodeId('tenant', defaultTenantId);
  accepted(await graphql(of.url, query, { id, input: { limits } }));
}

async function usage() {
  const query = '{ viewer { usage { jobsWaiting bytesStored pagesThisMonth } } }';
  return accepted(await graphql(service.url, query)).viewer.usage;
}

const run = async (query: string, variables: object) => await graphql(service.url, query, { ...variables });

beforeEach(async () => {
  await limit(none);
});

describe('waiting jobs', () => {
  beforeEach(async () => {
    await service.platform.database.prisma.job.deleteMany();
  });

  const url = { url: 'https://example.com/a.pdf' };

  it('are limited; a repeated request still returns its job', async () => {
    await limit({ jobsWaiting: 2 });
    const input = { source: url, idempotencyKey: 'waiting' };
    const first = await submit(service, input);
    await submit(service, { source: url, runAt: '2999-01-01T00:00:00Z' });
    expect(refused(await tryCreateJob(service, { source: url, idempotencyKey: 'third' }))).toMatchObject({
      message: expect.stringContaining('At most 2 jobs may wait'),
      extensions: { code: 'QUOTA_EXCEEDED', quota: 'jobsWaiting', limit: 2, used: 2 },
    });
    expect(await submit(service, input)).toEqual({ id: first.id, deduplicated: true });
    expect(await usage()).toMatchObject({ jobsWaiting: 2 });
    // The refused request has not used up its idempotency key.
    await limit({ jobsWaiting: 3 });
    expect(await submit(service, { source: url, idempotencyKey: 'third' })).toMatchObject({ deduplicated: false });
  });

  it('of a batch are accepted all or none', async () => {
    await limit({ jobsWaiting: 3 });
    await submit(service, { source: url });
    const createBatch =
      'mutation ($input: CreateBatchInput!) { createBatch(input: $input) { batch { id total } deduplicated } }';
    const batch = (size: number) =>
      run(createBatch, {
        input: { items: Array.from({ length: size }, () => ({ source: url })), idempotencyKey: `${size}` },
      });
    expect(refused(await batch(3)).extensions).toMatchObject({ code: 'QUOTA_EXCEEDED', limit: 3, used: 1 });
    expect(accepted(await run('{ batches { nodes { id } } }', {})).batches.nodes).toEqual([]);
    expect(accepted(await batch(2)).createBatch).toMatchObject({ batch: { total: 2 }, deduplicated: false });
    expect(accepted(await batch(2)).createBatch).toMatchObject({ deduplicated: true });
    expect(await usage()).toMatchObject({ jobsWaiting: 3 });
  });

  it('include those of retries', async () => {
    const { id } = await submit(service, { source: url });
    accepted(await run('mutation ($id: ID!) { cancelJob(id: $id) { job { id } } }', { id }));
    await submit(service, { source: url });
    await limit({ jobsWaiting: 1 });
    const retry = await run('mutation ($id: ID!) { retryJob(id: $id) { job { id } } }', { id });
    expect(refused(retry).extensions).toMatchObject({ code: 'QUOTA_EXCEEDED', quota: 'jobsWaiting' });
  });

  it('of other tenants do not count', async () => {
    await limit({ jobsWaiting: 1 });
    await insertJob(service, { status: 'PENDING', tenantId: await insertTenant(service, 'other') });
    await submit(service, { source: url });
  });
});

describe('stored bytes', () => {
  it('are limited for inline documents; the refused bytes are removed', async () => {
    const bytes = (await fixture('one-page')).length;
    const { bytesStored } = await usage();
    await limit({ bytesStored: bytesStored + bytes });
    const { id } = await submit(service, { source: await inline('one-page') });
    expect(await usage()).toMatchObject({ bytesStored: bytesStored + bytes });
    const before = await storedKeys(service);
    for (const source of [await inline('one-page'), { url: 'https://example.com/a.pdf' }]) {
      expect(refused(await tryCreateJob(service, { source })).extensions).toMatchObject({
        code: 'QUOTA_EXCEEDED',
        quota: 'bytesStored',
        used: bytesStored + bytes,
      });
    }
    expect(await storedKeys(service)).toEqual(before);
    // Another job of a stored document stores nothing.
    await submit(service, { source: { job: id } });
    await createUsageCounter(service.platform).runOnce(0);
    expect(await usage()).toMatchObject({ bytesStored: bytesStored + bytes });
    expect(await service.platform.database.prisma.usageDelta.count()).toBe(0);
  });

  it('are limited for uploads, by what they announce and by what they send', async () => {
    const bytes = await fixture('one-page');
    const { bytesStored } = await usage();
    const create = (input: object) =>
      run('mutation ($input: CreateUploadInput!) { createUpload(input: $input) { upload { id url } } }', { input });
    const open = accepted(await create({})).createUpload.upload;
    await limit({ bytesStored: bytesStored + bytes.length - 1 });
    expect(refused(await create({ bytes: bytes.length })).extensions).toMatchObject({ code: 'QUOTA_EXCEEDED' });
    const put = async (body: BodyInit) => {
      const response = await fetch(open.url, { method: 'PUT', body, duplex: 'half' } as RequestInit);
      const [{ extensions } = { extensions: {} }] = (await response.json()).errors ?? [];
      const { code, quota, limit, used } = extensions;
      return [response.status, ...(code === undefined ? [] : [code, quota, limit - bytesStored, used - bytesStored])];
    };
    const stream = () => new Blob([new Uint8Array(bytes)]).stream();
    const refusal = [403, 'QUOTA_EXCEEDED', 'bytesStored', bytes.length - 1, 0];
    expect(await put(new Uint8Array(bytes))).toEqual(refusal);
    expect(await put(stream())).toEqual(refusal);
    await limit({ bytesStored: bytesStored + bytes.length });
    expect(await put(stream())).toEqual([201]);
    expect(await usage()).toMatchObject({ bytesStored: bytesStored + bytes.length });
    // An upload counts only once.
    await submit(service, { source: { upload: open.id } });
  });

  it('are given back by deletion', async () => {
    const { bytesStored } = await usage();
    const { id } = await submit(service, { source: await inline('one-page') });
    accepted(await run('mutation ($id: ID!) { cancelJob(id: $id) { job { id } } }', { id }));
    accepted(await run('mutation ($id: ID!) { deleteJob(id: $id) { deletedId } }', { id }));
    expect(await usage()).toMatchObject({ bytesStored });
  });
});

describe('options', () => {
  it('keep to the limits of the tenant', async () => {
    await limit({ timeoutSeconds: 60, memoryBytes: 1024 ** 3 });
    const source = { url: 'https://example.com/a.pdf' };
    expect(refused(await tryCreateJob(service, { source, options: { timeoutSeconds: 61 } })).extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      issues: [{ path: ['input', 'options', 'timeoutSeconds'], code: 'OUT_OF_RANGE' }],
    });
    const { id } = await submit(service, { source });
    const { job } = accepted(await run('query ($id: ID!) { job(id: $id) { options { timeoutSeconds } } }', { id }));
    expect(job.options).toEqual({ timeoutSeconds: 60 });
    const row = await service.platform.database.prisma.job.findFirstOrThrow({ orderBy: { id: 'desc' } });
    expect(row.options).toMatchObject({ memoryBytes: 1024 ** 3 });
    const { viewer } = accepted(await run('{ viewer { limits { timeoutSeconds memoryBytes } } }', {}));
    expect(viewer.limits).toEqual({ timeoutSeconds: 60, memoryBytes: 1024 ** 3 });
    accepted(await run('mutation ($id: ID!) { cancelJob(id: $id) { job { id } } }', { id }));
    const retry = 'mutation ($id: ID!) { retryJob(id: $id, options: { timeoutSeconds: 61 }) { job { id } } }';
    expect(refused(await run(retry, { id })).extensions.issues).toMatchObject([
      { path: ['options', 'timeoutSeconds'] },
    ]);
  });

  it.each([
    [{ memoryBytes: 1 }, 'memoryBytes'],
    [{ jobsWaiting: -1 }, 'jobsWaiting'],
    [{ requestsPerMinute: 0 }, 'requestsPerMinute'],
    [{ bytesStored: '99999999999999999999' }, 'bytesStored'],
  ])('of limits are refused: %j', async (limits, name) => {
    const query =
      'mutation ($id: ID!, $input: UpdateTenantInput!) { updateTenant(id: $id, input: $input) { tenant { id } } }';
    const id = encodeId('tenant', defaultTenantId);
    expect(refused(await run(query, { id, input: { limits } })).extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      issues: [{ path: ['input', 'limits', name], code: 'OUT_OF_RANGE' }],
    });
  });
});

it('pages of a month are counted once they are stored, and end the acceptance of jobs at their limit', async () => {
  await using own = await startService({ maintenance: false });
  const { prisma } = own.platform.database;
  const query = '{ viewer { usage { pagesThisMonth } } }';
  const pages = async () => accepted(await graphql(own.url, query)).viewer.usage.pagesThisMonth;
  expect(await pages()).toBe(0);
  const { id } = await submit(own, { source: await inline('one-page') });
  const { result } = await endedJob(own, id, 'result { pageCount }');
  expect(await pages()).toBe(result.pageCount);
  await createUsageCounter(own.platform).runOnce(0);
  expect(await pages()).toBe(result.pageCount);

  await limit({ pagesPerMonth: result.pageCount }, own);
  expect(refused(await tryCreateJob(own, { source: { job: id } })).extensions).toMatchObject({
    code: 'QUOTA_EXCEEDED',
    quota: 'pagesPerMonth',
  });

  // The pages of past months do not count.
  await prisma.tenantUsage.updateMany({ data: { month: new Date('2020-01-01') } });
  expect(await pages()).toBe(0);
  const again = await submit(own, { source: { job: id } });
  await endedJob(own, again.id, 'status');
  await createUsageCounter(own.platform).runOnce(0);
  expect(await pages()).toBe(result.pageCount);
});
