import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultLimits } from '../../src/config/config.ts';
import type { GraphqlAnswer } from '../graphql.ts';
import { type Service, startService } from '../service.ts';
import { accepted, endedJob, fixture, refused, storedKeys, submit, tryCreateJob } from './submitting.ts';

let service: Service;
beforeAll(async () => {
  service = await startService({ config: { limits: { ...defaultLimits, inlineBytes: 20_000 } } });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

const fields = `status failure { code } source { kind filename bytes sha256 url } result { text }`;

const createJob = `mutation ($input: CreateJobInput!) { createJob(input: $input) { job { id } } }`;

/** Sends a file as the GraphQL multipart request specification requires. */
function multipart(file: Blob, filename: string, headers: Record<string, string>): Promise<Response> {
  const form = new FormData();
  form.set('operations', JSON.stringify({ query: createJob, variables: { input: { source: { file: null } } } }));
  form.set('map', JSON.stringify({ 0: ['variables.input.source.file'] }));
  form.set('0', file, filename);
  return fetch(`${service.url}/graphql`, { method: 'POST', body: form, headers });
}

async function answerOf(response: Response): Promise<GraphqlAnswer> {
  return (await response.json()) as GraphqlAnswer;
}

describe('a base64 source', () => {
  it('becomes a completed job with the size and hash of the bytes', async () => {
    const bytes = await fixture('one-page');
    const { id } = await submit(service, { source: { base64: bytes.toString('base64') } });
    const job = await endedJob(service, id, fields);
    expect(job).toMatchObject({
      status: 'COMPLETED',
      failure: null,
      source: {
        kind: 'BASE64',
        filename: null,
        url: null,
        bytes: bytes.length,
        sha256: createHash('sha256').update(bytes).digest('hex'),
      },
    });
    expect(job.result.text).toContain('The quick bee visits the lazy clover.');
  });

  it.each([
    ['with line breaks', (text: string) => text.replace(/(.{76})/g, '$1\r\n')],
    ['as a data URL', (text: string) => `data:application/pdf;base64,${text}`],
    ['as a data URL with parameters', (text: string) => `data:application/pdf;name="a b.pdf";base64,${text}`],
    ['without padding', (text: string) => text.replace(/=+$/, '')],
    ['surrounded by white space', (text: string) => `\n  ${text}  \n`],
  ])('is accepted %s', async (_, write) => {
    const bytes = await fixture('repairable');
    const { id } = await submit(service, { source: { base64: write(bytes.toString('base64')) } });
    const job = await endedJob(service, id, 'source { sha256 }');
    expect(job.source.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
  });

  it.each([
    ['other characters', 'JVBERi0*'],
    ['the URL alphabet', 'JVBERi0_'],
    ['an impossible length', 'JVBER'],
    ['padding in the middle', 'JV==BERi'],
    ['a data URL that is not base64', 'data:application/pdf,%25PDF'],
  ])('with %s is refused with the path of the field', async (_, base64) => {
    expect(refused(await tryCreateJob(service, { source: { base64 } })).extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      issues: [{ path: ['input', 'source', 'base64'], code: 'INVALID_BASE64' }],
    });
  });

  it('is accepted at the limit and refused above it', async () => {
    const of = (bytes: number) => ({ source: { base64: Buffer.alloc(bytes, ' ').toString('base64') } });
    accepted(await tryCreateJob(service, of(20_000)));
    for (const bytes of [20_001, 26_000]) {
      expect(refused(await tryCreateJob(service, of(bytes))).extensions).toMatchObject({
        code: 'BAD_USER_INPUT',
        issues: [{ path: ['input', 'source', 'base64'], code: 'TOO_LARGE' }],
      });
    }
  });

  it('without any bytes is accepted, and its job fails', async () => {
    const { id } = await submit(service, { source: { base64: '' } });
    expect(await endedJob(service, id, fields)).toMatchObject({ status: 'FAILED', failure: { code: 'PDF_EMPTY' } });
  });
});

describe('a file source', () => {
  it('is accepted as a multipart request, with its filename', async () => {
    const bytes = await fixture('one-page');
    const file = new Blob([new Uint8Array(bytes)], { type: 'application/pdf' });
    const response = await multipart(file, 'the bee – 蜂.pdf', { 'graphql-require-preflight': '1' });
    const { id } = accepted(await answerOf(response)).createJob.job;
    expect(await endedJob(service, id, fields)).toMatchObject({
      status: 'COMPLETED',
      source: { kind: 'FILE', filename: 'the bee – 蜂.pdf', bytes: bytes.length },
    });
  });

  it('is refused without the header that another site cannot send', async () => {
    const response = await multipart(new Blob(['%PDF-']), 'a.pdf', {});
    expect(response.status).toBe(403);
    expect(refused(await answerOf(response)).message).toContain('graphql-require-preflight');
  });

  it('is refused above the limit and stores nothing', async () => {
    const before = await storedKeys(service);
    const response = await multipart(new Blob([Buffer.alloc(20_001)]), 'a.pdf', { 'graphql-require-preflight': '1' });
    expect(refused(await answerOf(response)).extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      issues: [{ path: ['input', 'source', 'file'], code: 'TOO_LARGE' }],
    });
    expect(await storedKeys(service)).toEqual(before);
  });

  it('is refused when it is not a file', async () => {
    expect(refused(await tryCreateJob(service, { source: { file: 'a.pdf' } })).extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      issues: [{ path: ['input', 'source', 'file'] }],
    });
  });

  it('gets a filename that is safe to save under', async () => {
    const file = new Blob([new Uint8Array(await fixture('one-page'))]);
    const response = await multipart(file, `../${'b'.repeat(600)}.pdf`, { 'graphql-require-preflight': '1' });
    const { id } = accepted(await answerOf(response)).createJob.job;
    expect((await endedJob(service, id, fields)).source.filename).toBe(`${'b'.repeat(196)}.pdf`);
  });
});

describe('a request that is too large', () => {
  it('is refused before it is read', async () => {
    const response = await fetch(`${service.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: createJob, variables: { input: { source: { base64: 'A'.repeat(2_000_000) } } } }),
    });
    expect(response.status).toBe(413);
    expect(refused(await answerOf(response)).extensions.code).toBe('PAYLOAD_TOO_LARGE');
  });
});

describe('a source', () => {
  it.each([
    ['no kind', {}],
    ['only null', { url: null }],
    ['two kinds', { url: 'https://example.org/a.pdf', base64: 'JVBERi0=' }],
    ['an unknown kind', { path: '/etc/passwd' }],
  ])('with %s is refused with BAD_USER_INPUT', async (_, source) => {
    const { data, errors } = await tryCreateJob(service, { source });
    expect(data).toBeUndefined();
    expect(new Set(errors?.map(({ extensions }) => extensions.code))).toEqual(new Set(['BAD_USER_INPUT']));
  });
});
