import type { ClientRequest } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { Arrival } from '../../src/documents/arrival.ts';
import { accepted, fixture, refused, storedKeys, submit, tryCreateJob } from '../api/submitting.ts';
import { graphql } from '../graphql.ts';
import { type Service, startService } from '../service.ts';
import { beginPut, bytesStored, createUpload, KiB, limitBytes, outcomeOf, reserved } from './byte-quota.ts';

let service: Service;
let pdf: Buffer;
beforeAll(async () => {
  pdf = await fixture('one-page');
  service = await startService({ worker: false, maintenance: false });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

/** Bytes stored before the test. */
let before: number;
let keys: string[];
beforeEach(async () => {
  await limitBytes(service, null);
  before = await bytesStored(service);
  keys = await storedKeys(service);
});

/** The outcome of a PUT, with the used bytes counted from those before the test. */
async function outcome(put: ClientRequest): Promise<unknown[]> {
  const [status, code, used] = await outcomeOf(put);
  return [status, code, used === undefined ? undefined : Number(used) - before];
}

describe('uploads at the same time', () => {
  it('share the quota of stored bytes', async () => {
    await limitBytes(service, before + 10 * KiB);
    const first = beginPut(await createUpload(service), { 'content-length': 6 * KiB });
    await reserved(service, 6 * KiB);
    const usage = accepted(await graphql(service.url, '{ viewer { usage { bytesArriving } } }')).viewer.usage;
    expect(usage).toEqual({ bytesArriving: 6 * KiB });
    const second = beginPut(await createUpload(service), { 'content-length': 5 * KiB });
    expect(await outcome(second)).toEqual([403, 'QUOTA_EXCEEDED', 6 * KiB]);
    const third = beginPut(await createUpload(service), { 'content-length': 4 * KiB });
    third.end(Buffer.alloc(3 * KiB));
    expect(await outcome(third)).toEqual([201, undefined, undefined]);
    first.end(Buffer.alloc(5 * KiB));
    expect(await outcome(first)).toEqual([201, undefined, undefined]);
    expect(await bytesStored(service)).toBe(before + 10 * KiB);
    await reserved(service, 0);
  });

  it('never exceed the quota together, with announced sizes or without', async () => {
    const size = 300 * KiB;
    await limitBytes(service, before + 3 * size);
    const puts = await Promise.all(
      Array.from({ length: 8 }, async (_, index) => {
        const put = beginPut(await createUpload(service), index % 2 === 0 ? { 'content-length': size } : {});
        put.on('error', () => undefined).end(Buffer.alloc(size - KiB));
        return await outcome(put);
      }),
    );
    const stored = puts.filter(([status]) => status === 201);
    expect(stored.length).toBeGreaterThan(0);
    expect(puts.filter(([, code]) => code === 'QUOTA_EXCEEDED')).toHaveLength(8 - stored.length);
    expect(await bytesStored(service)).toBe(before + stored.length * size);
    expect(await bytesStored(service)).toBeLessThanOrEqual(before + 3 * size);
    expect(await storedKeys(service)).toHaveLength(keys.length + stored.length);
    await reserved(service, 0);
  });

  it('give their bytes back when they fail', async () => {
    await limitBytes(service, before + 10 * KiB);
    const first = beginPut(await createUpload(service), { 'content-length': 10 * KiB });
    first.on('error', () => undefined);
    await reserved(service, 10 * KiB);
    first.destroy();
    await reserved(service, 0);
    const second = beginPut(await createUpload(service), { 'content-length': 10 * KiB });
    second.end(Buffer.alloc(9 * KiB));
    expect(await outcome(second)).toEqual([201, undefined, undefined]);
  });

  it('leave inline documents only the rest', async () => {
    await limitBytes(service, before + pdf.length + KiB);
    const put = beginPut(await createUpload(service), { 'content-length': 2 * KiB });
    await reserved(service, 2 * KiB);
    const source = { base64: pdf.toString('base64') };
    const error = refused(await tryCreateJob(service, { source }));
    expect(error.extensions).toMatchObject({ code: 'QUOTA_EXCEEDED', quota: 'bytesStored', used: before + 2 * KiB });
    put.on('error', () => undefined).destroy();
    await reserved(service, 0);
    await submit(service, { source });
  });
});

describe('a PUT', () => {
  it('whose reservation was lost is refused if others have taken the bytes', async () => {
    await limitBytes(service, before + 10 * KiB);
    const first = beginPut(await createUpload(service), { 'content-length': 6 * KiB });
    await reserved(service, 6 * KiB);
    await service.platform.database.prisma.arrival.deleteMany();
    const second = beginPut(await createUpload(service), { 'content-length': 6 * KiB });
    second.end(Buffer.alloc(5 * KiB));
    expect(await outcome(second)).toEqual([201, undefined, undefined]);
    first.end(Buffer.alloc(5 * KiB));
    expect(await outcome(first)).toEqual([403, 'QUOTA_EXCEEDED', 6 * KiB]);
    expect(await storedKeys(service)).toHaveLength(keys.length + 1);
  });

  it('is refused while another one of its upload runs', async () => {
    const url = await createUpload(service);
    const first = beginPut(url);
    await vi.waitFor(async () => expect(await service.platform.database.prisma.arrival.count()).toBe(1));
    const second = beginPut(url);
    expect(await outcome(second)).toEqual([409, 'UPLOAD_IN_PROGRESS', undefined]);
    first.end();
    expect(await outcome(first)).toEqual([201, undefined, undefined]);
    expect(await storedKeys(service)).toHaveLength(keys.length + 1);
  });

  it('is accepted once the reservation of a killed process has expired', async () => {
    const url = await createUpload(service);
    const [source] = await service.platform.database.prisma.source.findMany({ orderBy: { id: 'desc' }, take: 1 });
    if (source === undefined) throw new Error('there is no upload');
    const { id: sourceId, tenantId } = source;
    const dead = { sourceId, tenantId, holder: sourceId, bytes: 1, expiresAt: new Date(0) };
    await service.platform.database.prisma.arrival.create({ data: dead });
    const put = beginPut(url);
    put.end();
    expect(await outcome(put)).toEqual([201, undefined, undefined]);
    await reserved(service, 0);
  });
});

it('a reservation is renewed for as long as its document arrives', async () => {
  const { database } = service.platform;
  await createUpload(service);
  const { id, tenantId } = await database.prisma.source.findFirstOrThrow({ orderBy: { id: 'desc' } });
  const options = { database, tenantId, sourceId: id, quota: null, isAlone: true, renewMs: 20 };
  const within = <T>(work: () => Promise<T>) => work();
  {
    await using arrival = new Arrival({ ...options, within });
    await arrival.reserve(1);
    await database.prisma.arrival.updateMany({ data: { expiresAt: new Date(0) } });
    const expiry = async () => (await database.prisma.arrival.findFirstOrThrow()).expiresAt.getTime();
    await expect.poll(expiry).toBeGreaterThan(Date.now());
  }
  expect(await database.prisma.arrival.count()).toBe(0);
});

it('inline documents that are sent at the same time do not exceed the quota together', async () => {
  await limitBytes(service, before + 2 * pdf.length);
  const source = { base64: pdf.toString('base64') };
  const item = { source };
  const createBatch = 'mutation ($input: CreateBatchInput!) { createBatch(input: $input) { batch { id } } }';
  const answers = await Promise.all([
    ...Array.from({ length: 6 }, () => tryCreateJob(service, { source })),
    ...Array.from({ length: 2 }, () => graphql(service.url, createBatch, { input: { items: [item] } })),
  ]);
  const errors = answers.flatMap((answer) => (answer.errors === undefined ? [] : [refused(answer).extensions.code]));
  expect(errors).toEqual(Array.from({ length: 6 }, () => 'QUOTA_EXCEEDED'));
  expect(await bytesStored(service)).toBe(before + 2 * pdf.length);
});
