import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { defaultTenantId } from '../../src/api/context.ts';
import { Arrival } from '../../src/documents/arrival.ts';
import { encodeId } from '../../src/ids.ts';
import { accepted, endedJob, fixture, refused, storedKeys, submit, tryCreateJob } from '../api/submitting.ts';
import { serve, type TestServer } from '../download/pdf-server.ts';
import { graphql } from '../graphql.ts';
import { type Service, startService } from '../service.ts';

const KiB = 1024;

let service: Service;
let server: TestServer;
let pdf: Buffer;
/** Ends the responses that the document server holds back. */
let release: (() => void)[] = [];
beforeAll(async () => {
  pdf = await fixture('one-page');
  server = await serve(({ url = '' }, response) => {
    const announced = url.startsWith('/announced') ? { 'content-length': pdf.length } : {};
    response.writeHead(200, { 'content-type': 'application/pdf', ...announced });
    response.write(pdf.subarray(0, 100));
    release.push(() => response.end(pdf.subarray(100)));
    if (!url.endsWith('/held')) release.pop()?.();
  });
  service = await startService({ maintenance: false, config: { privateHostsAllowed: ['127.0.0.1'] } });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

/** Bytes stored before the test. */
let before: number;
let keys: string[];
beforeEach(async () => {
  release = [];
  await limit(null);
  before = await bytesStored();
  keys = await storedKeys(service);
});

/** Sets the quota of stored bytes. */
async function limit(bytes: number | null): Promise<void> {
  const query =
    'mutation ($id: ID!, $input: UpdateTenantInput!) { updateTenant(id: $id, input: $input) { tenant { id } } }';
  const input = { limits: { bytesStored: bytes } };
  accepted(await graphql(service.url, query, { id: encodeId('tenant', defaultTenantId), input }));
}

async function bytesStored(): Promise<number> {
  return Number(accepted(await graphql(service.url, '{ viewer { usage { bytesStored } } }')).viewer.usage.bytesStored);
}

async function createUpload(): Promise<string> {
  const query = 'mutation { createUpload(input: {}) { upload { url } } }';
  return accepted(await graphql(service.url, query)).createUpload.upload.url;
}

/** Begins a PUT with its first bytes. It ends with `end`. */
function beginPut(url: string, headers: Record<string, number> = {}): ClientRequest {
  const put = request(url, { method: 'PUT', headers });
  put.write(Buffer.alloc(KiB));
  return put;
}

async function outcome(put: ClientRequest): Promise<unknown[]> {
  const [response]: IncomingMessage[] = await once(put, 'response');
  if (response === undefined) throw new Error('there is no response');
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  // A refused PUT is not sent to its end.
  if (!put.writableEnded) put.destroy();
  const answer = JSON.parse(Buffer.concat(chunks).toString());
  const [{ extensions } = { extensions: {} }] = answer.errors ?? [];
  return [response.statusCode, extensions.code, extensions.used === undefined ? undefined : extensions.used - before];
}

/** Waits until uploads and downloads have reserved this many bytes. */
async function reserved(bytes: number): Promise<void> {
  await vi.waitFor(async () => {
    const { _sum } = await service.platform.database.prisma.arrival.aggregate({ _sum: { bytes: true } });
    expect(Number(_sum.bytes)).toBe(bytes);
  });
}

describe('uploads at the same time', () => {
  it('share the quota of stored bytes', async () => {
    await limit(before + 10 * KiB);
    const first = beginPut(await createUpload(), { 'content-length': 6 * KiB });
    await reserved(6 * KiB);
    const usage = accepted(await graphql(service.url, '{ viewer { usage { bytesArriving } } }')).viewer.usage;
    expect(usage).toEqual({ bytesArriving: 6 * KiB });
    const second = beginPut(await createUpload(), { 'content-length': 5 * KiB });
    expect(await outcome(second)).toEqual([403, 'QUOTA_EXCEEDED', 6 * KiB]);
    const third = beginPut(await createUpload(), { 'content-length': 4 * KiB });
    third.end(Buffer.alloc(3 * KiB));
    expect(await outcome(third)).toEqual([201, undefined, undefined]);
    first.end(Buffer.alloc(5 * KiB));
    expect(await outcome(first)).toEqual([201, undefined, undefined]);
    expect(await bytesStored()).toBe(before + 10 * KiB);
    await reserved(0);
  });

  it('never exceed the quota together, with announced sizes or without', async () => {
    const size = 300 * KiB;
    await limit(before + 3 * size);
    const puts = await Promise.all(
      Array.from({ length: 8 }, async (_, index) => {
        const put = beginPut(await createUpload(), index % 2 === 0 ? { 'content-length': size } : {});
        put.on('error', () => undefined).end(Buffer.alloc(size - KiB));
        return await outcome(put);
      }),
    );
    const stored = puts.filter(([status]) => status === 201);
    expect(stored.length).toBeGreaterThan(0);
    expect(puts.filter(([, code]) => code === 'QUOTA_EXCEEDED')).toHaveLength(8 - stored.length);
    expect(await bytesStored()).toBe(before + stored.length * size);
    expect(await bytesStored()).toBeLessThanOrEqual(before + 3 * size);
    expect(await storedKeys(service)).toHaveLength(keys.length + stored.length);
    await reserved(0);
  });

  it('give their bytes back when they fail', async () => {
    await limit(before + 10 * KiB);
    const first = beginPut(await createUpload(), { 'content-length': 10 * KiB });
    first.on('error', () => undefined);
    await reserved(10 * KiB);
    first.destroy();
    await reserved(0);
    const second = beginPut(await createUpload(), { 'content-length': 10 * KiB });
    second.end(Buffer.alloc(9 * KiB));
    expect(await outcome(second)).toEqual([201, undefined, undefined]);
  });

  it('leave inline documents only the rest', async () => {
    await limit(before + pdf.length + KiB);
    const put = beginPut(await createUpload(), { 'content-length': 2 * KiB });
    await reserved(2 * KiB);
    const source = { base64: pdf.toString('base64') };
    const error = refused(await tryCreateJob(service, { source }));
    expect(error.extensions).toMatchObject({ code: 'QUOTA_EXCEEDED', quota: 'bytesStored', used: before + 2 * KiB });
    put.on('error', () => undefined).destroy();
    await reserved(0);
    await submit(service, { source });
  });
});

describe('a PUT', () => {
  it('whose reservation was lost is refused if others have taken the bytes', async () => {
    await limit(before + 10 * KiB);
    const first = beginPut(await createUpload(), { 'content-length': 6 * KiB });
    await reserved(6 * KiB);
    await service.platform.database.prisma.arrival.deleteMany();
    const second = beginPut(await createUpload(), { 'content-length': 6 * KiB });
    second.end(Buffer.alloc(5 * KiB));
    expect(await outcome(second)).toEqual([201, undefined, undefined]);
    first.end(Buffer.alloc(5 * KiB));
    expect(await outcome(first)).toEqual([403, 'QUOTA_EXCEEDED', 6 * KiB]);
    expect(await storedKeys(service)).toHaveLength(keys.length + 1);
  });

  it('is refused while another one of its upload runs', async () => {
    const url = await createUpload();
    const first = beginPut(url);
    await vi.waitFor(async () => expect(await service.platform.database.prisma.arrival.count()).toBe(1));
    const second = beginPut(url);
    expect(await outcome(second)).toEqual([409, 'UPLOAD_IN_PROGRESS', undefined]);
    first.end();
    expect(await outcome(first)).toEqual([201, undefined, undefined]);
    expect(await storedKeys(service)).toHaveLength(keys.length + 1);
  });

  it('is accepted once the reservation of a killed process has expired', async () => {
    const url = await createUpload();
    const [source] = await service.platform.database.prisma.source.findMany({ orderBy: { id: 'desc' }, take: 1 });
    if (source === undefined) throw new Error('there is no upload');
    const { id: sourceId, tenantId } = source;
    const dead = { sourceId, tenantId, holder: sourceId, bytes: 1, expiresAt: new Date(0) };
    await service.platform.database.prisma.arrival.create({ data: dead });
    const put = beginPut(url);
    put.end();
    expect(await outcome(put)).toEqual([201, undefined, undefined]);
    await reserved(0);
  });
});

it('a reservation is renewed for as long as its document arrives', async () => {
  const { database } = service.platform;
  await createUpload();
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
  await limit(before + 2 * pdf.length);
  const source = { base64: pdf.toString('base64') };
  const item = { source };
  const createBatch = 'mutation ($input: CreateBatchInput!) { createBatch(input: $input) { batch { id } } }';
  const answers = await Promise.all([
    ...Array.from({ length: 6 }, () => tryCreateJob(service, { source })),
    ...Array.from({ length: 2 }, () => graphql(service.url, createBatch, { input: { items: [item] } })),
  ]);
  const errors = answers.flatMap((answer) => (answer.errors === undefined ? [] : [refused(answer).extensions.code]));
  expect(errors).toEqual(Array.from({ length: 6 }, () => 'QUOTA_EXCEEDED'));
  expect(await bytesStored()).toBe(before + 2 * pdf.length);
});

describe('a download', () => {
  const attemptsQuery = 'query ($id: ID!) { job(id: $id) { attempts { failure { code } } } }';
  const fields = 'status failure { code category message retryable } attempts { number }';
  const job = async (path: string) => {
    const { id } = await submit(service, { source: { url: `${server.origin}${path}` } });
    return id;
  };
  const failed = {
    status: 'FAILED',
    failure: { code: 'QUOTA_EXCEEDED', category: 'RESOURCE', retryable: false },
    attempts: [{ number: 1 }],
  };

  /** Waits until an attempt of a job has found the rest of the quota reserved. */
  async function deferred(id: string): Promise<void> {
    const isDeferred = async () => {
      const { attempts } = (await graphql(service.url, attemptsQuery, { id })).data?.job ?? {};
      return attempts.some(({ failure }: { failure: { code: string } | null }) => failure?.code === 'QUOTA_RESERVED');
    };
    await expect.poll(isDeferred, { timeout: 10_000 }).toBe(true);
  }

  it.each(['/announced', '/unknown'])('stops at the quota, and its job fails without a retry (%s)', async (path) => {
    await limit(before + pdf.length - 1);
    expect(await endedJob(service, await job(path), fields)).toMatchObject(failed);
    expect(await storedKeys(service)).toEqual(keys);
    expect(await bytesStored()).toBe(before);
    await reserved(0);
  });

  it('within the quota succeeds', async () => {
    await limit(before + pdf.length);
    expect(await endedJob(service, await job('/unknown'), fields)).toMatchObject({ status: 'COMPLETED' });
    expect(await bytesStored()).toBe(before + pdf.length);
    await reserved(0);
  });

  it('shares the quota with another one that runs', async () => {
    await limit(before + 2 * pdf.length - 1);
    const first = await job('/announced/held');
    await reserved(pdf.length);
    const second = await job('/announced');
    await deferred(second);
    for (const end of release) end();
    expect(await endedJob(service, first, fields)).toMatchObject({ status: 'COMPLETED' });
    // The retry finds that the bytes are stored, not only reserved.
    expect(await endedJob(service, second, fields)).toMatchObject({
      ...failed,
      attempts: [{ number: 1 }, { number: 2 }],
    });
    await reserved(0);
  });

  it('is retried when bytes that others reserved are free again', async () => {
    await limit(before + pdf.length);
    const put = beginPut(await createUpload(), { 'content-length': 2 * KiB });
    await reserved(2 * KiB);
    const waiting = await job('/announced');
    await deferred(waiting);
    put.on('error', () => undefined).destroy();
    expect(await endedJob(service, waiting, fields)).toMatchObject({ status: 'COMPLETED' });
    await reserved(0);
  });

  it('whose reservation was lost is refused if others have taken the bytes', async () => {
    await limit(before + pdf.length);
    const first = await job('/announced/held');
    await reserved(pdf.length);
    await service.platform.database.prisma.arrival.deleteMany();
    const put = beginPut(await createUpload(), { 'content-length': pdf.length });
    put.end(Buffer.alloc(pdf.length - KiB));
    expect(await outcome(put)).toEqual([201, undefined, undefined]);
    for (const end of release) end();
    expect(await endedJob(service, first, fields)).toMatchObject(failed);
    expect(await bytesStored()).toBe(before + pdf.length);
  });
});
