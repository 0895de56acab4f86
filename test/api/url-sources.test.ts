import type { RequestListener } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultLimits } from '../../src/config/config.ts';
import { serve, type TestServer } from '../download/pdf-server.ts';
import { type Service, startService } from '../service.ts';
import { endedJob, fixture, inline, refused, remove, storedKeys, submit, tryCreateJob } from './submitting.ts';

let service: Service;
let server: TestServer;
let pdf: Buffer;
const authorizations: unknown[] = [];

/** The responses of the document server, by path. */
const answers: Record<string, RequestListener> = {
  '/bees.pdf': (_, response) => response.writeHead(200, { 'content-type': 'application/pdf' }).end(pdf),
  '/moved': (_, response) => response.writeHead(302, { location: '/bees.pdf' }).end(),
  '/missing': (_, response) => response.writeHead(404).end('no such page'),
  '/private': (_, response) => response.writeHead(401).end(),
  '/broken': (_, response) => response.writeHead(503).end(),
  '/page': (_, response) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><p>Sign in</p>'),
  '/image': (_, response) => response.writeHead(200, { 'content-type': 'application/pdf' }).end('GIF89a not a PDF'),
  '/nothing': (_, response) => response.writeHead(200).end(),
  '/large': (_, response) => response.writeHead(200).end(Buffer.alloc(20_001)),
  '/slow': (_, response) => response.writeHead(200, { 'content-length': 1000 }).write('%PDF-1.7'),
  '/inside': (_, response) => response.writeHead(302, { location: 'http://10.0.0.1/secret.pdf' }).end(),
};

beforeAll(async () => {
  pdf = await fixture('one-page');
  server = await serve((request, response) => {
    authorizations.push(request.headers.authorization);
    answers[request.url ?? '']?.(request, response);
  });
  const limits = { ...defaultLimits, documentBytes: 20_000, downloadSeconds: 1 };
  service = await startService({ config: { limits, privateHostsAllowed: ['127.0.0.1'] } });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

const fields = `status stage failure { code category message advice retryable } attempts { failure { code } }
  source { kind url filename bytes } result { text }`;

/** Runs a job on the document at this path, without retries, and returns its outcome. */
async function jobOf(path: string, credentials = '') {
  const url = `http://${credentials}${server.host}${path}`;
  const { id } = await submit(service, { source: { url }, options: { maxRetries: 0 } });
  return { id, ...(await endedJob(service, id, fields)) };
}

describe('a URL source', () => {
  it('is downloaded by a worker, which records its size', async () => {
    const job = await jobOf('/bees.pdf');
    expect(job).toMatchObject({
      status: 'COMPLETED',
      source: { kind: 'URL', url: `${server.origin}/bees.pdf`, filename: 'bees.pdf', bytes: pdf.length },
    });
    expect(job.result.text).toContain('The quick bee visits the lazy clover.');
  });

  it('follows redirects', async () => {
    expect(await jobOf('/moved')).toMatchObject({
      status: 'COMPLETED',
      source: { url: `${server.origin}/moved`, filename: 'bees.pdf' },
    });
  });

  it('leaves no bytes when its job is deleted', async () => {
    const before = await storedKeys(service);
    const { id } = await jobOf('/bees.pdf');
    expect(await storedKeys(service)).toHaveLength(before.length + 1);
    await remove(service, id);
    expect(await storedKeys(service)).toEqual(before);
  });

  it.each([
    ['/missing', 'DOWNLOAD_NOT_FOUND', 'INPUT'],
    ['/private', 'DOWNLOAD_REFUSED', 'INPUT'],
    ['/broken', 'DOWNLOAD_FAILED', 'TRANSIENT'],
    ['/page', 'NOT_A_PDF', 'INPUT'],
    ['/image', 'NOT_A_PDF', 'INPUT'],
    ['/nothing', 'PDF_EMPTY', 'INPUT'],
    ['/large', 'SIZE_LIMIT', 'RESOURCE'],
    ['/slow', 'DOWNLOAD_TIMEOUT', 'TRANSIENT'],
    ['/inside', 'ADDRESS_FORBIDDEN', 'INPUT'],
  ])('%s fails with %s', async (path, code, category) => {
    const job = await jobOf(path);
    expect(job).toMatchObject({
      status: 'FAILED',
      failure: { code, category, retryable: category === 'TRANSIENT' },
      attempts: [{ failure: { code } }],
      result: null,
    });
    expect(job.failure.message).not.toBe('');
    expect(job.failure.advice).not.toBe('');
  });

  it('on an unreachable host fails with DOWNLOAD_FAILED', async () => {
    const gone = await serve(() => undefined);
    await gone[Symbol.asyncDispose]();
    const { id } = await submit(service, { source: { url: `${gone.origin}/a.pdf` }, options: { maxRetries: 0 } });
    expect(await endedJob(service, id, fields)).toMatchObject({ failure: { code: 'DOWNLOAD_FAILED' } });
  });

  it.each([
    'http://localhost:9/a.pdf',
    'http://[::1]/a.pdf',
    'http://169.254.169.254/latest/meta-data',
    'http://0x7f000001/a.pdf',
  ])('on a private address fails with ADDRESS_FORBIDDEN (%s)', async (url) => {
    const allowed = url.includes('0x7f000001');
    const { id } = await submit(service, { source: { url }, options: { maxRetries: 0 } });
    // 0x7f000001 is 127.0.0.1, which this service allows, so the download gets as far as connecting.
    expect((await endedJob(service, id, fields)).failure.code).toBe(allowed ? 'DOWNLOAD_FAILED' : 'ADDRESS_FORBIDDEN');
  });

  it.each([
    'bees.pdf',
    'ftp://example.org/a.pdf',
    'file:///etc/passwd',
    'http://',
    'http://example.org/a.pdf\0',
    'http://example.org/\ud800.pdf',
    'javascript:alert(1)',
    '',
    `http://a/${'b'.repeat(5_000)}`,
  ])('that is invalid is refused with the path of the field (%#)', async (url) => {
    expect(refused(await tryCreateJob(service, { source: { url } })).extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      issues: [{ path: ['input', 'source', 'url'] }],
    });
  });

  it('may carry a password, which is sent but never shown', async () => {
    const job = await jobOf('/bees.pdf', 'keeper:hive-secret@');
    expect(job).toMatchObject({ status: 'COMPLETED', source: { url: `${server.origin}/bees.pdf` } });
    expect(authorizations).toContain(`Basic ${Buffer.from('keeper:hive-secret').toString('base64')}`);
  });
});

describe('without PRIVATE_HOSTS_ALLOWED', () => {
  it('a URL on this machine fails with ADDRESS_FORBIDDEN', async () => {
    await using strict = await startService();
    const { id } = await submit(strict, { source: { url: `${server.origin}/bees.pdf` } });
    expect(await endedJob(strict, id, fields)).toMatchObject({
      status: 'FAILED',
      failure: { code: 'ADDRESS_FORBIDDEN' },
    });
    // Other jobs are not affected.
    const other = await submit(strict, { source: await inline('one-page') });
    expect(await endedJob(strict, other.id, 'status')).toEqual({ status: 'COMPLETED' });
  });
});
