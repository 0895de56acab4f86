import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { insertJob } from '../api/rows.ts';
import { type Service, startService } from '../service.ts';
import { answerIn, head, openRawClient } from './raw-client.ts';

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
