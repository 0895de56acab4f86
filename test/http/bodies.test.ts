import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { defaultLimits } from '../../src/config/config.ts';
import { graphql } from '../graphql.ts';
import { bearer, issueKey } from '../keys/asking.ts';
import { type Service, startService } from '../service.ts';
import { answerIn, head, openRawClient, type RawClient } from './raw-client.ts';

const KiB = 1024;
const MiB = 1024 * KiB;

const json = { 'content-type': 'application/json' };
const operation = JSON.stringify({ query: '{ __typename }' });

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
  let authorization: string;
  beforeAll(async () => {
    service = await startService({
      worker: false,
      maintenance: false,
      config: { limits, trustedProxies: ['127.0.0.1'] },
    });
    authorization = bearer(await issueKey(service, ['READ']));
  });
  afterAll(async () => {
    await service[Symbol.asyncDispose]();
  });

  function bodyOf(bytes: number): string {
    return `${' '.repeat(bytes - operation.length)}${operation}`;
  }

  /** Sends all of a body except its end. */
  async function begin(address: string, bytes = size): Promise<RawClient> {
    const client = await openRawClient(service.config.port);
    const headers = {
      ...json,
      authorization,
      'content-length': bytes,
      connection: 'close',
      'x-forwarded-for': address,
    };
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
    expect(await graphql(service.url, '{ __typename }', {}, { authorization })).toMatchObject({
      data: { __typename: 'Query' },
    });
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

  it('is refused when it sends an upload in chunks of a byte, which would take far more memory than their bytes', async () => {
    const { path } = await uploadPath();
    using client = await openRawClient(service.config.port);
    client.send(`${head('PUT', path, { 'transfer-encoding': 'chunked' })}${'1\r\nx\r\n'.repeat(200_000)}`);
    expect(answerIn(await client.answered)).toMatchObject({ status: 400, code: 'BAD_REQUEST' });
    await vi.waitFor(async () => expect(await incoming()).toEqual([]));
    // The server read a few hundred kilobytes and nothing more, so that the rest is still on its way.
    client.send('1\r\nx\r\n'.repeat(2_000_000));
    await client.ended;
    expect(client.socket.writableLength).toBeGreaterThan(0);
  });

  it('can send an upload in chunks of usual sizes', async () => {
    const { path } = await uploadPath();
    const bytes = Buffer.alloc(3_000_000, '%PDF-1.7 ');
    using client = await openRawClient(service.config.port);
    client.send(head('PUT', path, { 'transfer-encoding': 'chunked' }));
    for (let at = 0; at < bytes.length; at += 40_000) {
      const chunk = bytes.subarray(at, at + 40_000);
      client.send(`${chunk.length.toString(16)}\r\n${chunk.toString('latin1')}\r\n`);
    }
    client.send('0\r\n\r\n');
    expect(await client.answered).toContain(`"bytes":${bytes.length}`);
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

  it('cannot keep its connection open with a body that no route reads', async () => {
    using client = await openRawClient(service.config.port);
    client.send(`${head('GET', '/health/live', { 'content-length': 1_000_000 })}x`);
    expect(answerIn(await client.ended).status).toBe(200);
  });

  it('may send in pieces', async () => {
    using client = await openRawClient(service.config.port);
    const body = `${operation}${' '.repeat(300_000)}`;
    client.send(head('POST', '/graphql', { ...json, 'content-length': body.length, connection: 'close' }));
    for (let at = 0; at < body.length; at += 50_000) {
      await new Promise((resolve) => client.socket.write(body.slice(at, at + 50_000), resolve));
    }
    expect(await client.ended).toContain('"__typename":"Query"');
  });
});
