import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { defaultLimits } from '../../src/config/config.ts';
import { graphql } from '../graphql.ts';
import { type Service, startService } from '../service.ts';
import { accepted, endedJob, fixture, refused, storedKeys, submit, tryCreateJob } from './submitting.ts';

const MiB = 1024 ** 2;
const limit = 104 * MiB;

let service: Service;
beforeAll(async () => {
  service = await startService({ config: { limits: { ...defaultLimits, documentBytes: limit } } });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

interface Upload {
  id: string;
  method: string;
  url: string;
  headers: { name: string; value: string }[];
  status: string;
  expiresAt: string;
}

const fields = 'id method url status expiresAt headers { name value }';

async function createUpload(input: Record<string, unknown> = {}): Promise<Upload> {
  const query = `mutation ($input: CreateUploadInput!) { createUpload(input: $input) { upload { ${fields} } } }`;
  return accepted(await graphql(service.url, query, { input })).createUpload.upload;
}

function put(upload: Pick<Upload, 'url'>, body: BodyInit): Promise<Response> {
  return fetch(upload.url, { method: 'PUT', body, headers: { 'content-type': 'application/pdf' } });
}

async function statusOf(upload: Upload): Promise<string> {
  const query = `query ($id: ID!) { node(id: $id) { ... on Upload { status } } }`;
  return accepted(await graphql(service.url, query, { id: upload.id })).node.status;
}

async function codeOf(response: Response): Promise<string> {
  return refused((await response.json()) as never).extensions.code;
}

describe('an upload', () => {
  it('receives its bytes by PUT and becomes the source of a job', async () => {
    const bytes = await fixture('one-page');
    const upload = await createUpload({ filename: 'bees.pdf' });
    expect(upload).toMatchObject({
      method: 'PUT',
      status: 'WAITING',
      headers: [{ name: 'content-type', value: 'application/pdf' }],
    });
    expect(upload.id).toMatch(/^upload_[0-9a-z]{26}$/);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const response = await put(upload, new Uint8Array(bytes));
    expect(response.status).toBe(201);
    expect(await response.json()).toEqual({ id: upload.id, bytes: bytes.length, sha256 });
    expect(await statusOf(upload)).toBe('STORED');
    const { id } = await submit(service, { source: { upload: upload.id } });
    expect(await endedJob(service, id, 'status source { kind filename bytes sha256 }')).toEqual({
      status: 'COMPLETED',
      source: { kind: 'UPLOAD', filename: 'bees.pdf', bytes: bytes.length, sha256 },
    });
  });

  it('fails with UPLOAD_INCOMPLETE before its bytes arrive', async () => {
    const upload = await createUpload();
    expect(refused(await tryCreateJob(service, { source: { upload: upload.id } })).extensions.code).toBe(
      'UPLOAD_INCOMPLETE',
    );
  });

  it.each(['upload_01h455vb4pex5vsknk084sn02q', 'job_01h455vb4pex5vsknk084sn02q', 'anything', ''])(
    'fails with NOT_FOUND if it does not exist (%j)',
    async (upload) => {
      expect(refused(await tryCreateJob(service, { source: { upload } })).extensions.code).toBe('NOT_FOUND');
    },
  );

  it('refuses a token that is wrong, missing or from another upload', async () => {
    const [upload, other] = [await createUpload(), await createUpload()];
    const path = upload.url.split('?')[0];
    const token = other.url.split('?token=')[1];
    for (const query of ['', '?token=', '?token=1.abc', `?token=${token}`]) {
      const response = await put({ url: `${path}${query}` }, '%PDF-');
      expect(response.status).toBe(403);
      expect(await codeOf(response)).toBe('UPLOAD_URL_INVALID');
    }
    expect(await statusOf(upload)).toBe('WAITING');
  });

  it('refuses a second PUT and keeps the bytes of the first', async () => {
    const upload = await createUpload();
    expect((await put(upload, new Uint8Array(await fixture('one-page')))).status).toBe(201);
    const keys = await storedKeys(service);
    const response = await put(upload, 'other bytes');
    expect(response.status).toBe(409);
    expect(await codeOf(response)).toBe('UPLOAD_ALREADY_STORED');
    expect(await storedKeys(service)).toEqual(keys);
  });

  it('accepts exactly one of two concurrent PUTs', async () => {
    const upload = await createUpload();
    const before = await storedKeys(service);
    const answers = await Promise.all(['first', 'other'].map((body) => put(upload, body)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
    expect(await storedKeys(service)).toHaveLength(before.length + 1);
  });

  it.each([
    ['a different size', { bytes: 6 }],
    ['a different SHA-256', { sha256: createHash('sha256').update('other').digest('hex').toUpperCase() }],
  ])('declared with %s fails with UPLOAD_MISMATCH, stores nothing and can be sent again', async (_, input) => {
    const upload = await createUpload(input);
    const before = await storedKeys(service);
    const response = await put(upload, 'bytes');
    expect(response.status).toBe(422);
    expect(await codeOf(response)).toBe('UPLOAD_MISMATCH');
    expect(await storedKeys(service)).toEqual(before);
    expect(await statusOf(upload)).toBe('WAITING');
    expect((await put(upload, 'bytes' in input ? 'right!' : 'other')).status).toBe(201);
  });

  it('fails with UPLOAD_EXPIRED once it has expired', async () => {
    const upload = await createUpload();
    await put(upload, 'bytes');
    const { prisma } = service.platform.database;
    await prisma.source.updateMany({ where: { status: 'STORED' }, data: { expiresAt: new Date(0) } });
    await prisma.source.updateMany({ where: { status: 'STORED' }, data: { status: 'EXPIRED', storageKey: null } });
    expect(refused(await tryCreateJob(service, { source: { upload: upload.id } })).extensions.code).toBe(
      'UPLOAD_EXPIRED',
    );
    const again = await put(upload, 'bytes');
    expect([again.status, await codeOf(again)]).toEqual([410, 'UPLOAD_EXPIRED']);
  });

  it('is refused by createUpload if it can never be stored', async () => {
    const query = `mutation ($input: CreateUploadInput!) { createUpload(input: $input) { upload { id } } }`;
    const input = { bytes: limit + 1, sha256: 'xyz', filename: 'a\0b', contentType: 'x'.repeat(300) };
    const { bytes, ...others } = input;
    expect(refused(await graphql(service.url, query, { input: { bytes } })).extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      issues: [{ path: ['input', 'bytes'], code: 'TOO_LARGE' }],
    });
    const { issues } = refused(await graphql(service.url, query, { input: others })).extensions;
    expect(issues?.map(({ path }) => path.join('.')).sort()).toEqual([
      'input.contentType',
      'input.filename',
      'input.sha256',
    ]);
  });

  it.each([
    ['a part of the file', 'UPLOAD_PARTIAL', 400, { 'content-range': 'bytes 0-4/9301' }],
    ['a part of unknown length', 'UPLOAD_PARTIAL', 400, { 'content-range': 'bytes 0-4/*' }],
    ['an invalid range', 'UPLOAD_PARTIAL', 400, { 'content-range': '' }],
    ['compressed bytes', 'UNSUPPORTED_ENCODING', 415, { 'content-encoding': 'gzip' }],
    ['bytes compressed with another algorithm', 'UNSUPPORTED_ENCODING', 415, { 'content-encoding': 'zstd' }],
    ['bytes compressed twice', 'UNSUPPORTED_ENCODING', 415, { 'content-encoding': 'identity, BR' }],
    ['a multipart form', 'UNSUPPORTED_ENCODING', 415, { 'content-type': 'multipart/form-data; boundary=x' }],
    ['several parts', 'UNSUPPORTED_ENCODING', 415, { 'content-type': 'multipart/byteranges; boundary=x' }],
  ])('refuses %s, stays WAITING and can be sent as a whole', async (_, code, status, headers) => {
    const upload = await createUpload();
    const before = await storedKeys(service);
    const response = await fetch(upload.url, { method: 'PUT', body: '%PDF-', headers });
    expect([response.status, await codeOf(response)]).toEqual([status, code]);
    if (status === 415) expect(response.headers.get('accept-encoding')).toBe('identity');
    expect(await storedKeys(service)).toEqual(before);
    expect(await statusOf(upload)).toBe('WAITING');
    const whole = { method: 'PUT', body: '%PDF-', headers: { 'content-encoding': 'identity' } };
    expect((await fetch(upload.url, whole)).status).toBe(201);
  });

  it('refuses a compressed transfer encoding', async () => {
    const upload = await createUpload();
    const put = request(upload.url, { method: 'PUT', headers: { 'transfer-encoding': 'gzip, chunked' } });
    put.end(gzipSync('%PDF-'));
    const [response] = await once(put, 'response');
    response.resume();
    expect(response.statusCode).toBe(415);
    expect(await statusOf(upload)).toBe('WAITING');
  });

  it('answers another method than PUT with 405', async () => {
    const upload = await createUpload();
    expect((await fetch(upload.url)).status).toBe(405);
    expect((await fetch(upload.url, { method: 'POST', body: 'x' })).status).toBe(405);
  });
});

/** Generates a body of this many mebibytes while it is sent. */
function megabytes(count: number): ReadableStream<Uint8Array> {
  const chunk = new Uint8Array(MiB).fill(32);
  let left = count;
  return new ReadableStream({
    pull(controller) {
      if (left-- > 0) controller.enqueue(chunk);
      else controller.close();
    },
  });
}

function stream(upload: Upload, body: ReadableStream<Uint8Array>): Promise<Response> {
  return fetch(upload.url, { method: 'PUT', body, duplex: 'half' } as RequestInit);
}

/** Documents that are still being received. */
function incoming(): Promise<string[]> {
  return readdir(join(service.config.dataDir, 'storage', 'incoming'));
}

/** Collects garbage, so that only reachable buffers count. */
setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

/** The peak of the buffers of server and client during `work`, in bytes. Collects garbage only above `most`. */
async function peakOf(work: Promise<unknown>, most: number): Promise<number> {
  collect();
  const before = process.memoryUsage().arrayBuffers;
  const held = () => process.memoryUsage().arrayBuffers - before;
  let peak = 0;
  const timer = setInterval(() => {
    if (held() > most) {
      collect();
      // The first collection frees its buffers on another thread: wait for that.
      collect();
    }
    peak = Math.max(peak, held());
  }, 2);
  await work.finally(() => clearInterval(timer));
  return peak;
}

describe('the bytes of an upload', () => {
  it('are streamed to storage, not buffered in memory', async () => {
    const upload = await createUpload();
    const sending = stream(upload, megabytes(104));
    expect(await peakOf(sending, 32 * MiB)).toBeLessThanOrEqual(32 * MiB);
    const response = await sending;
    expect(response.status).toBe(201);
    expect((await response.json()) as object).toMatchObject({ bytes: 104 * MiB });
  });

  it('are refused with 413 above the limit and not stored, whether their size is declared or not', async () => {
    const before = await storedKeys(service);
    const announced = await createUpload();
    const response = await put(announced, new Uint8Array(limit + 1));
    expect([response.status, await codeOf(response)]).toEqual([413, 'PAYLOAD_TOO_LARGE']);
    const streamed = await createUpload();
    const other = await stream(streamed, megabytes(limit / MiB + 1));
    expect([other.status, await codeOf(other)]).toEqual([413, 'PAYLOAD_TOO_LARGE']);
    expect(await storedKeys(service)).toEqual(before);
    expect(await statusOf(streamed)).toBe('WAITING');
  });

  it('are not stored when the connection breaks, and can be sent again', async () => {
    const upload = await createUpload({ bytes: 3 * MiB });
    const before = await storedKeys(service);
    const sending = request(upload.url, { method: 'PUT', headers: { 'content-length': 3 * MiB } });
    const broken = once(sending, 'error').catch((error: unknown) => error);
    sending.write(Buffer.alloc(2 * MiB));
    await vi.waitFor(async () => expect(await incoming()).toHaveLength(1));
    sending.destroy(new Error('the cable was pulled'));
    await broken;
    await vi.waitFor(async () => expect(await incoming()).toHaveLength(0));
    expect(await storedKeys(service)).toEqual(before);
    expect(await statusOf(upload)).toBe('WAITING');
    expect((await stream(upload, megabytes(3))).status).toBe(201);
  });
});
