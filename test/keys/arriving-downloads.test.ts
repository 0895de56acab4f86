import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { endedJob, fixture, storedKeys, submit } from '../api/submitting.ts';
import { serve, type TestServer } from '../download/pdf-server.ts';
import { graphql } from '../graphql.ts';
import { type Service, startService } from '../service.ts';
import { beginPut, bytesStored, createUpload, KiB, limitBytes, outcomeOf, reserved } from './byte-quota.ts';

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
  await limitBytes(service, null);
  before = await bytesStored(service);
  keys = await storedKeys(service);
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
    await expect.poll(isDeferred).toBe(true);
  }

  it.each(['/announced', '/unknown'])('stops at the quota, and its job fails without a retry (%s)', async (path) => {
    await limitBytes(service, before + pdf.length - 1);
    expect(await endedJob(service, await job(path), fields)).toMatchObject(failed);
    expect(await storedKeys(service)).toEqual(keys);
    expect(await bytesStored(service)).toBe(before);
    await reserved(service, 0);
  });

  it('within the quota succeeds', async () => {
    await limitBytes(service, before + pdf.length);
    expect(await endedJob(service, await job('/unknown'), fields)).toMatchObject({ status: 'COMPLETED' });
    expect(await bytesStored(service)).toBe(before + pdf.length);
    await reserved(service, 0);
  });

  it('shares the quota with another one that runs', async () => {
    await limitBytes(service, before + 2 * pdf.length - 1);
    const first = await job('/announced/held');
    await reserved(service, pdf.length);
    const second = await job('/announced');
    await deferred(second);
    for (const end of release) end();
    expect(await endedJob(service, first, fields)).toMatchObject({ status: 'COMPLETED' });
    // The retry finds that the bytes are stored, not only reserved.
    expect(await endedJob(service, second, fields)).toMatchObject({
      ...failed,
      attempts: [{ number: 1 }, { number: 2 }],
    });
    await reserved(service, 0);
  });

  it('is retried when bytes that others reserved are free again', async () => {
    await limitBytes(service, before + pdf.length);
    const put = beginPut(await createUpload(service), { 'content-length': 2 * KiB });
    await reserved(service, 2 * KiB);
    const waiting = await job('/announced');
    await deferred(waiting);
    put.on('error', () => undefined).destroy();
    expect(await endedJob(service, waiting, fields)).toMatchObject({ status: 'COMPLETED' });
    await reserved(service, 0);
  });

  it('whose reservation was lost is refused if others have taken the bytes', async () => {
    await limitBytes(service, before + pdf.length);
    const first = await job('/announced/held');
    await reserved(service, pdf.length);
    await service.platform.database.prisma.arrival.deleteMany();
    const put = beginPut(await createUpload(service), { 'content-length': pdf.length });
    put.end(Buffer.alloc(pdf.length - KiB));
    expect(await outcomeOf(put)).toEqual([201, undefined, undefined]);
    for (const end of release) end();
    expect(await endedJob(service, first, fields)).toMatchObject(failed);
    expect(await bytesStored(service)).toBe(before + pdf.length);
  });
});
