import { PassThrough } from 'node:stream';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requestErrors } from '../../src/request-errors.ts';
import { graphql } from '../graphql.ts';
import { type Service, startService } from '../service.ts';
import { insertJob } from './rows.ts';
import { inline, refused, tryCreateJob } from './submitting.ts';
import { overWebSocket } from './websocket-client.ts';

let service: Service;
const log: string[] = [];
beforeAll(async () => {
  const lines = new PassThrough().on('data', (line) => log.push(String(line)));
  service = await startService({
    worker: false,
    maintenance: false,
    overrides: { logger: pino({ level: 'debug' }, lines) },
  });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

const createJob = `mutation ($input: CreateJobInput!) { createJob(input: $input) { job { id } } }`;

/** Requests that GraphQL.js refuses. */
const refusals: [string, string, Record<string, unknown>?][] = [
  ['an unknown field', '{ jobs { nodes { colour } } }'],
  ['a syntax error', '{ jobs { nodes { id '],
  ['an unknown operation', '{ nobody { id } }'],
  ['a missing argument', '{ job { id } }'],
  ['an argument of a wrong type', '{ job(id: [1]) { id } }'],
  ['a literal that is not a DateTime', '{ jobs(filter: { createdAfter: "yesterday" }) { totalCount } }'],
  ['a literal that is not a BigInt', 'mutation { createUpload(input: { bytes: 1.5 }) { upload { id } } }'],
  [
    'a literal that is not a JSONObject',
    'mutation { createJob(input: { source: { url: "http://a" }, metadata: "text" }) { deduplicated } }',
  ],
  ['a missing variable', createJob, {}],
  ['a variable of a wrong type', createJob, { input: 5 }],
  ['a variable that is not a DateTime', createJob, { input: { source: { url: 'http://a' }, runAt: 'tomorrow' } }],
  ['a variable that is not an Int', createJob, { input: { source: { url: 'http://a' }, priority: 1.5 } }],
  ['a variable that is not a JSONObject', createJob, { input: { source: { url: 'http://a' }, metadata: [1] } }],
  [
    'a variable that is not an Engine',
    createJob,
    { input: { source: { url: 'http://a' }, options: { engine: 'MAGIC' } } },
  ],
  ['an unknown field of an input', createJob, { input: { source: { url: 'http://a' }, colour: 'yellow' } }],
];

describe('a request that GraphQL.js refuses', () => {
  it.each(refusals)('with %s has the same documented code over HTTP and WebSocket', async (what, query, variables) => {
    const code = variables
      ? 'BAD_USER_INPUT'
      : what.startsWith('a syntax')
        ? 'GRAPHQL_PARSE_FAILED'
        : 'GRAPHQL_VALIDATION_FAILED';
    const http = await graphql(service.url, query, variables);
    const [webSocket] = await overWebSocket(service.url, { query, variables });
    for (const { errors = [] } of [http, webSocket ?? {}]) {
      expect(errors).not.toEqual([]);
      expect(new Set(errors.map(({ extensions }) => extensions.code))).toEqual(new Set([code]));
    }
  });
});

describe('a variable of several hundred kilobytes that GraphQL.js refuses', () => {
  it('is reported without its value', async () => {
    const base64 = 'A'.repeat(500_000);
    const query = createJob;
    const variables = { input: { source: { base64 }, colour: 'yellow' } };
    const [webSocket] = await overWebSocket(service.url, { query, variables });
    for (const { errors = [] } of [await graphql(service.url, query, variables), webSocket ?? {}]) {
      const [message = ''] = errors.map((error) => error.message);
      expect(message.length).toBeLessThan(2_000);
      expect(message).toContain('"colour" is not defined');
    }
  });
});

describe('a request that a resolver refuses', () => {
  it('has its code, advice and path', async () => {
    const error = refused(await graphql(service.url, 'mutation { gone: cancelJob(id: "x") { job { id } } }'));
    expect(error).toMatchObject({
      path: ['gone'],
      message: 'There is no such job.',
      extensions: { code: 'NOT_FOUND', advice: requestErrors.NOT_FOUND.advice },
    });
  });

  it('has the same over WebSocket, in queries and subscriptions', async () => {
    for (const query of [
      'mutation { cancelJob(id: "x") { job { id } } }',
      'subscription { jobProgress(id: "x") { cursor } }',
    ]) {
      const [{ errors } = {}] = await overWebSocket(service.url, { query });
      expect(errors).toMatchObject([{ extensions: { code: 'NOT_FOUND', advice: requestErrors.NOT_FOUND.advice } }]);
    }
  });

  it('reports every bad value of its input with a path and a code', async () => {
    const { code, issues } = refused(
      await tryCreateJob(service, {
        source: { url: 'nowhere' },
        name: 'n'.repeat(501),
        metadata: { deep: [{ text: 'a\0b' }] },
        priority: 10,
        idempotencyKey: '',
        options: {
          password: '\ud800',
          pages: '0',
          ocrLanguages: ['eng', 'eng'],
          timeoutSeconds: 0,
          noProgressSeconds: 90_000,
          maxRetries: 21,
        },
        webhook: { events: ['BATCH_COMPLETED'] },
      }),
    ).extensions;
    expect(code).toBe('BAD_USER_INPUT');
    expect(Object.fromEntries((issues ?? []).map((issue) => [issue.path.join('.'), issue.code]))).toEqual({
      'input.idempotencyKey': 'TOO_SHORT',
      'input.metadata': 'INVALID_TEXT',
      'input.name': 'TOO_LONG',
      'input.options.maxRetries': 'OUT_OF_RANGE',
      'input.options.noProgressSeconds': 'OUT_OF_RANGE',
      'input.options.ocrLanguages': 'DUPLICATE',
      'input.options.pages': 'INVALID_PAGES',
      'input.options.password': 'INVALID_TEXT',
      'input.options.timeoutSeconds': 'OUT_OF_RANGE',
      'input.priority': 'OUT_OF_RANGE',
      'input.source.url': 'INVALID_URL',
      'input.webhook': 'EXACTLY_ONE',
      'input.webhook.events': 'UNSUPPORTED',
    });
    for (const { message } of issues ?? []) expect(message).toMatch(/^[a-zA-Z"].{5}/);
  });

  it.each([
    ['is larger than 16 KiB', 'TOO_LARGE', { text: 'x'.repeat(17_000) }],
    ['has a key that cannot be stored', 'INVALID_TEXT', { 'a\0b': 1 }],
    ['is nested more than a hundred levels deep', 'TOO_DEEP', JSON.parse(`${'{"a":'.repeat(110)}1${'}'.repeat(110)}`)],
    ['is nested thousands of levels deep', 'TOO_LARGE', JSON.parse(`${'{"a":'.repeat(3_000)}1${'}'.repeat(3_000)}`)],
  ])('has metadata that %s', async (_, code, metadata) => {
    const { extensions } = refused(await tryCreateJob(service, { source: await inline('one-page'), metadata }));
    expect(extensions).toMatchObject({ code: 'BAD_USER_INPUT', issues: [{ path: ['input', 'metadata'], code }] });
  });

  it('is accepted with unusual but valid metadata', async () => {
    const metadata = {
      text: '🐝 "quoted" \\ \u0001',
      number: -1.5e-300,
      list: [null, true, {}],
      '': 'empty key',
      __proto__x: 1,
    };
    const answer = await graphql(
      service.url,
      `mutation ($input: CreateJobInput!) { createJob(input: $input) { job { metadata } } }`,
      {
        input: { source: await inline('one-page'), metadata },
      },
    );
    expect(answer.data.createJob.job.metadata).toEqual(metadata);
  });
});

describe('a request with several mutations', () => {
  it('keeps the payloads of those that succeed beside one that fails', async () => {
    const source = await inline('one-page');
    const mutation = `mutation ($source: JobSourceInput!) {
      first: createJob(input: { source: $source }) { job { id } }
      wrong: cancelJob(id: "x") { job { id } }
      last: createJob(input: { source: $source }) { job { id } }
    }`;
    const answer = await graphql(service.url, mutation, { source });
    expect(answer.data).toEqual({
      first: { job: { id: expect.stringMatching(/^job_/) } },
      wrong: null,
      last: { job: { id: expect.stringMatching(/^job_/) } },
    });
    expect(answer.errors).toMatchObject([{ path: ['wrong'], extensions: { code: 'NOT_FOUND' } }]);
  });
});

describe('an unexpected error', () => {
  it('is masked for the client and logged in full', async () => {
    const row = await insertJob(service, { status: 'COMPLETED', document: { unreadable: 'private detail' } });
    const answer = await graphql(service.url, `{ job(id: "${row.id}") { status result { pageCount } } }`);
    const error = refused(answer);
    expect(error).toMatchObject({
      path: ['job', 'result', 'pageCount'],
      extensions: { code: 'INTERNAL_SERVER_ERROR' },
    });
    expect(error.message).toBe(requestErrors.INTERNAL_SERVER_ERROR.message);
    expect(JSON.stringify(answer)).not.toMatch(/pageCount.*expected|ZodError|stack|originalError/);
    expect(log.join('')).toContain('a request failed unexpectedly');
    expect(log.join('')).toContain('ZodError');
  });

  it('is also masked over WebSocket', async () => {
    const row = await insertJob(service, { status: 'COMPLETED', document: { unreadable: 'private detail' } });
    const [answer] = await overWebSocket(service.url, { query: `{ job(id: "${row.id}") { result { pageCount } } }` });
    expect(answer?.errors).toMatchObject([
      { message: requestErrors.INTERNAL_SERVER_ERROR.message, extensions: { code: 'INTERNAL_SERVER_ERROR' } },
    ]);
  });
});
