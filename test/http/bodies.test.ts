import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { defaultLimits } from '../../src/config.ts';
import { insertJob } from '../api/rows.ts';
import { graphql } from '../graphql.ts';
import { type Service, startService } from '../service.ts';
import { answerIn, head, openRawClient, type RawClient } from './raw-client.ts';

const KiB = 1024;
const MiB = 1024 * KiB;

const json = { 'content-type': 'application/json' };
const operation = JSON.stringify({ query: '{ __typename }' });

async function post(service: Service, body: BodyInit, headers: Record<string, string> = json) {
  const response = await fetch(`${service.url}/graphql`, { method: 'POST', body, headers });
  const { data, errors } = (await response.json()) as { data?: unknown; errors?: { message: string }[] };
  return { status: response.status, headers: response.headers, data, text: JSON.stringify(errors), errors };
}

describe('a JSON body', () => {
  let service: Service;
  beforeAll(async () => {
    service = await startService({ worker: false, maintenance: false });
  });
  afterAll(async () => {
    await service[Symbol.asyncDispose]();
  });

  it('nested more than 5,000 levels deep is refused before it is parsed', async () => {
    const nested = (levels: number) =>
      `{"query":"{ __typename }","variables":${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}}`;
    expect(await post(service, nested(4_990))).toMatchObject({ status: 200, data: { __typename: 'Query' } });
    for (const levels of [5_000, 200_000]) {
      const { status, text } = await post(service, nested(levels));
      expect([levels, status, text]).toEqual([levels, 400, expect.stringContaining('nested')]);
    }
    const brackets = await post(service, `{"query":"{ __typename }","variables":{"a":${'['.repeat(1_000_000)}`);
    expect([brackets.status, brackets.text]).toEqual([400, expect.stringContaining('nested')]);
  });

  it.each([
    ['elements', `[${'1,'.repeat(300_000)}1]`],
    ['objects', `[${'{},'.repeat(300_000)}1]`],
    ['keys', `{${Array.from({ length: 300_000 }, (_, index) => `"k${index}":1`).join()}}`],
  ])('with too many %s is refused', async (_, value) => {
    const answer = await post(service, `{"query":"{ __typename }","variables":{"a":${value}}}`);
    expect([answer.status, answer.text]).toEqual([413, expect.stringContaining('PAYLOAD_TOO_LARGE')]);
  });

  it('is limited by its structure: brackets and commas in strings do not count', async () => {
    const query = `# ${'[{,'.repeat(5_000)} \\" ,[ \\\\\n{ __typename }`;
    expect(await post(service, JSON.stringify({ query }))).toMatchObject({ data: { __typename: 'Query' } });
  });

  it('with a query of megabytes is refused with QUERY_TOO_LARGE, wherever the query is', async () => {
    const long = `{ __typename } # ${'x'.repeat(20 * MiB)}`;
    for (const text of [
      JSON.stringify({ query: long }),
      JSON.stringify({ variables: { query: 'short' }, query: long }),
      `{"query": "{ __typename }", "query"\n:\n${JSON.stringify(long)}}`,
    ]) {
      const { status, errors } = await post(service, text);
      expect([status, errors]).toMatchObject([400, [{ extensions: { code: 'QUERY_TOO_LARGE' } }]]);
    }
  });

  it('may have long strings elsewhere, and escape every character of the query', async () => {
    const query = `{ __typename }${' '.repeat(60 * KiB)}`;
    const escaped = query.replace(/./g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
    expect(await post(service, `{"query":"${escaped}"}`)).toMatchObject({ data: { __typename: 'Query' } });
    const long = 'x'.repeat(MiB);
    const variables = { query: long, a: ['query', long], b: { query: long } };
    const other = await post(service, JSON.stringify({ variables, query: '{ __typename }' }));
    expect(other).toMatchObject({ data: { __typename: 'Query' } });
  });

  it('is parsed however its bytes are split into packets', async () => {
    const name = `${'蜜蜂 "\\ é'.repeat(12)}\u{1F41D}`;
    const query = `query ($name: String) { jobs(filter: { name: $name }) { totalCount } }`;
    const body = Buffer.from(JSON.stringify({ query, variables: { name } }));
    using client = await openRawClient(service.config.port);
    client.socket.setNoDelay(true);
    client.send(head('POST', '/graphql', { ...json, 'content-length': body.length, connection: 'close' }));
    for (const byte of body) {
      client.send(Buffer.of(byte));
      await new Promise(setImmediate);
    }
    expect(await client.ended).toContain('"totalCount":0');
  });

  it('may start with a byte order mark, and is refused if it is not UTF-8', async () => {
    expect((await post(service, `\uFEFF${operation}`)).status).toBe(200);
    const latin1 = Buffer.from(JSON.stringify({ query: '# é\n{ __typename }' }), 'latin1');
    const { status, text } = await post(service, latin1);
    expect([status, text]).toEqual([400, expect.stringContaining('UTF-8')]);
  });

  it('is not echoed in the response that refuses it', async () => {
    const long = 'x'.repeat(MiB);
    for (const body of [`{"${long}":1}`, `["${long}"]`, `"${long}"`, `{"query":"${long}`]) {
      const { status, text } = await post(service, body);
      expect(status).toBe(400);
      expect(text.length).toBeLessThan(1_000);
    }
  });

  it('is refused with 415 and the accepted encoding if it is compressed', async () => {
    for (const encoding of ['gzip', 'GZIP', 'br', 'identity, gzip', 'x']) {
      const answer = await post(service, gzipSync(operation), { ...json, 'content-encoding': encoding });
      expect([answer.status, answer.text]).toEqual([415, expect.stringContaining('UNSUPPORTED_ENCODING')]);
      expect(answer.headers.get('accept-encoding')).toBe('identity');
    }
    expect((await post(service, operation, { ...json, 'content-encoding': 'identity' })).status).toBe(200);
  });

  it('with an ambiguous length is refused', async () => {
    const heads = [
      head('POST', '/graphql', { ...json, 'content-length': '5\r\ncontent-length: 6' }),
      head('POST', '/graphql', { ...json, 'content-length': 5, 'transfer-encoding': 'chunked' }),
      head('POST', '/graphql', { ...json, 'content-length': '5, 5' }),
      head('POST', '/graphql', { ...json, 'content-length': '-1' }),
    ];
    for (const each of heads) {
      using client = await openRawClient(service.config.port);
      client.send(`${each}{"a":1}`);
      expect(answerIn(await client.ended).status).toBe(400);
    }
  });

  it('with an unsupported content type is refused with 415', async () => {
    for (const type of ['text/plain', 'application/octet-stream', 'application/jsonp', 'application/graphql']) {
      const { status } = await post(service, operation, { 'content-type': type, 'graphql-require-preflight': '1' });
      expect([type, status]).toEqual([type, 415]);
    }
    expect((await post(service, operation, { 'content-type': 'Application/JSON; charset=UTF-8' })).status).toBe(200);
  });

  it('of a subscription is limited to 64 KiB, because it is kept while the stream is open', async () => {
    const { id } = await insertJob(service);
    const query = `subscription { jobProgress(id: "${id}") { cursor } }`;
    for (const accept of ['text/event-stream', '*/*']) {
      const response = await fetch(`${service.url}/graphql`, {
        method: 'POST',
        headers: { ...json, accept },
        body: JSON.stringify({ query, variables: { unused: 'x'.repeat(64 * KiB) } }),
      });
      expect(await response.text()).toContain('PAYLOAD_TOO_LARGE');
    }
  });
});

it('refuses variables in the URL that are not JSON', async () => {
  await using service = await startService({ worker: false, maintenance: false });
  for (const parameters of ['variables={', 'extensions=x', `variables=${'['.repeat(200)}`]) {
    const response = await fetch(`${service.url}/graphql?query={__typename}&${parameters}`);
    expect([parameters, response.status, await response.text()]).toEqual([
      parameters,
      400,
      expect.stringContaining('BAD_REQUEST'),
    ]);
  }
});

describe('unfinished bodies', () => {
  // Bodies may have up to 2.4 MB, and the budget fits one and a half of them.
  const limits = { ...defaultLimits, inlineBytes: MiB, bodyBytesInFlight: 3.5 * MiB };
  const size = 2 * MiB;
  let service: Service;
  beforeAll(async () => {
    service = await startService({
      worker: false,
      maintenance: false,
      config: { limits, trustedProxies: ['127.0.0.1'] },
    });
  });
  afterAll(async () => {
    await service[Symbol.asyncDispose]();
  });

  function bodyOf(bytes: number): string {
    return `${' '.repeat(bytes - operation.length)}${operation}`;
  }

  /** Sends a body except for its end. */
  async function begin(address: string, bytes = size): Promise<RawClient> {
    const client = await openRawClient(service.config.port);
    const headers = { ...json, 'content-length': bytes, connection: 'close', 'x-forwarded-for': address };
    client.send(head('POST', '/graphql', headers));
    client.send(bodyOf(bytes).slice(0, -operation.length));
    return client;
  }

  it('are refused with OVERLOADED when they exceed the budget, unlike small requests', async () => {
    using first = await begin('192.0.2.1');
    using second = await begin('192.0.2.2');
    const refused = await Promise.race([first.answered, second.answered]);
    expect(answerIn(refused)).toMatchObject({
      status: 503,
      code: 'OVERLOADED',
      head: expect.stringContaining('retry-after: 1'),
    });
    expect(await graphql(service.url, '{ __typename }')).toMatchObject({ data: { __typename: 'Query' } });
    const other = first.received === '' ? first : second;
    other.send(operation);
    expect(await other.ended).toContain('"__typename":"Query"');
  });

  it('of the client with the most bytes in flight are refused first', async () => {
    using one = await begin('192.0.2.1', 1.5 * MiB);
    using other = await begin('192.0.2.1', 1.5 * MiB);
    using bystander = await begin('192.0.2.2', Math.round(1.6 * MiB));
    const refused = await Promise.race([one.answered, other.answered, bystander.answered]);
    expect(answerIn(refused)).toMatchObject({ status: 503, code: 'OVERLOADED' });
    expect(bystander.received).toBe('');
    for (const client of [one, other, bystander]) {
      if (client.received !== '') continue;
      client.send(operation);
      expect(await client.ended).toContain('"__typename":"Query"');
    }
  });

  it('free their part of the budget when their client disconnects', async () => {
    for (let round = 0; round < 5; round += 1) {
      const gone = await begin('192.0.2.1');
      gone[Symbol.dispose]();
    }
    using client = await begin('192.0.2.1');
    client.send(operation);
    expect(await client.ended).toContain('"__typename":"Query"');
  });
});

describe('a client that sends too slowly', () => {
  const pace = { bytesPerSecond: 100_000, stallMs: 1_500, totalMs: 60_000 };
  let service: Service;
  beforeAll(async () => {
    service = await startService({
      worker: false,
      maintenance: false,
      overrides: { clientTimes: { body: pace, upload: pace } },
    });
  });
  afterAll(async () => {
    await service[Symbol.asyncDispose]();
  });

  async function uploadPath(): Promise<{ id: string; path: string }> {
    const answer = await graphql(service.url, 'mutation { createUpload(input: {}) { upload { id url } } }');
    const { id, url } = answer.data.createUpload.upload;
    return { id, path: url.slice(service.url.length) };
  }

  function incoming(): Promise<string[]> {
    return readdir(join(service.config.dataDir, 'storage', 'incoming'));
  }

  it('is refused with REQUEST_TIMEOUT when it stops in the middle of a body', async () => {
    using client = await openRawClient(service.config.port);
    client.send(`${head('POST', '/graphql', { ...json, 'content-length': 1_000 })}{`);
    expect(answerIn(await client.answered)).toMatchObject({ status: 408, code: 'REQUEST_TIMEOUT' });
  });

  it('is refused when it keeps sending single bytes', async () => {
    using client = await openRawClient(service.config.port);
    client.send(head('POST', '/graphql', { ...json, 'content-length': 1_000_000 }));
    const drip = setInterval(() => client.send(' '), 5);
    const text = await client.answered;
    clearInterval(drip);
    expect(answerIn(text)).toMatchObject({ status: 408, code: 'REQUEST_TIMEOUT' });
  });

  it('is refused when it stops in the middle of an upload, which can be sent again', async () => {
    const { id, path } = await uploadPath();
    using client = await openRawClient(service.config.port);
    client.send(`${head('PUT', path, { 'content-length': 1_000 })}%PDF-`);
    expect(answerIn(await client.answered)).toMatchObject({ status: 408, code: 'REQUEST_TIMEOUT' });
    await vi.waitFor(async () => expect(await incoming()).toEqual([]));
    const query = 'query ($id: ID!) { node(id: $id) { ... on Upload { status } } }';
    expect((await graphql(service.url, query, { id })).data.node.status).toBe('WAITING');
    expect((await fetch(`${service.url}${path}`, { method: 'PUT', body: '%PDF-' })).status).toBe(201);
  });

  it('cannot keep its connection by a body that no route reads', async () => {
    using client = await openRawClient(service.config.port);
    client.send(`${head('GET', '/health/live', { 'content-length': 1_000_000 })}x`);
    expect(answerIn(await client.ended).status).toBe(200);
  });

  it('does not include one that sends in pieces', async () => {
    using client = await openRawClient(service.config.port);
    const body = `${operation}${' '.repeat(300_000)}`;
    client.send(head('POST', '/graphql', { ...json, 'content-length': body.length, connection: 'close' }));
    for (let at = 0; at < body.length; at += 50_000) {
      await new Promise((resolve) => client.socket.write(body.slice(at, at + 50_000), resolve));
    }
    expect(await client.ended).toContain('"__typename":"Query"');
  });
});
