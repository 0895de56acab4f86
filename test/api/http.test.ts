import { once } from 'node:events';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { bearer, issueKey } from '../keys/asking.ts';
import { type Service, startService } from '../service.ts';
import { insertJob } from './rows.ts';

let service: Service;
let authorization: string;
beforeAll(async () => {
  service = await startService({
    worker: false,
    maintenance: false,
    config: { publicUrl: 'https://pages.example.com' },
  });
  authorization = bearer(await issueKey(service, ['READ', 'WRITE', 'OPERATOR']));
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

interface Answer {
  status: number;
  body: string;
  headers: Record<string, unknown>;
}

/** Sends a request with a key, and with headers that `fetch` does not allow. */
async function send(
  path: string,
  {
    method = 'GET',
    headers = {},
    body = '',
  }: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Answer> {
  const { port } = service.config;
  const sent = request({ host: '127.0.0.1', port, path, method, headers: { authorization, ...headers } });
  sent.end(body);
  const [response] = await once(sent, 'response');
  let text = '';
  for await (const chunk of response) text += chunk;
  return { status: response.statusCode, body: text, headers: response.headers };
}

function post(body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return send('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)), ...headers },
    body: text,
  });
}

function codesOf({ body }: Answer): string[] {
  return JSON.parse(body).errors.map(({ extensions }: { extensions: { code: string } }) => extensions.code);
}

const health = { query: '{ health { status } }' };

describe('/graphql', () => {
  it('answers queries by POST and GET', async () => {
    expect((await post(health)).status).toBe(200);
    const get = await send(`/graphql?query=${encodeURIComponent(health.query)}`);
    expect([get.status, JSON.parse(get.body).data.health.status]).toEqual([200, 'DEGRADED']);
  });

  it('refuses mutations by GET and does nothing', async () => {
    const { id, uuid } = await insertJob(service);
    const answer = await send(
      `/graphql?query=${encodeURIComponent(`mutation { cancelJob(id: "${id}") { job { id } } }`)}`,
    );
    expect(answer.status).toBe(405);
    expect((await service.platform.database.prisma.job.findUnique({ where: { id: uuid } }))?.status).toBe('PENDING');
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', ''])(
    'refuses content types that a form on another site can send (%j)',
    async (type) => {
      const answer = await post(health, { 'content-type': type });
      expect([403, 415]).toContain(answer.status);
      expect(codesOf(answer)).toEqual([answer.status === 403 ? 'FORBIDDEN' : 'BAD_REQUEST']);
    },
  );

  it.each([
    ['invalid JSON', 'x'],
    ['a number', '5'],
    ['no query', '{}'],
    ['a query that is not a string', '{"query": 5}'],
    ['variables that are not an object', '{"query": "{ health { status } }", "variables": "x"}'],
    ['nothing', ''],
    ['a list of operations', '[{"query": "{ __typename }"}, {"query": "{ __typename }"}]'],
  ])('returns BAD_REQUEST for a body of %s', async (_, body) => {
    const answer = await post(body);
    // GraphQL over HTTP requires 200 for a well-formed application/json request, even without a query.
    expect(answer.status).toBe(body === '{}' ? 200 : 400);
    expect(codesOf(answer)).toEqual(['BAD_REQUEST']);
  });

  it('refuses a body that does not declare its size', async () => {
    const answer = await send('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'transfer-encoding': 'chunked' },
      body: JSON.stringify(health),
    });
    expect(answer.status).toBe(411);
  });

  it('refuses a GET operation started by a page of another site', async () => {
    const { id, uuid } = await insertJob(service);
    const path = `/graphql?query=${encodeURIComponent('{ health { status } }')}`;
    const watch = `/graphql?query=${encodeURIComponent(`subscription { jobProgress(id: "${id}") { cursor } }`)}`;
    for (const [target, accept] of [
      [path, 'image/avif,image/webp,*/*;q=0.8'],
      [path, '*/*'],
      [path, 'application/json'],
      [watch, 'text/event-stream'],
    ] as const) {
      for (const site of ['cross-site', 'Cross-Site']) {
        const answer = await send(target, { headers: { 'sec-fetch-site': site, accept } });
        expect([answer.status, codesOf(answer)]).toEqual([403, ['FORBIDDEN']]);
      }
    }
    expect((await service.platform.database.prisma.job.findUnique({ where: { id: uuid } }))?.status).toBe('PENDING');
  });

  it('serves GET requests from its own site, programs and the address bar', async () => {
    const path = `/graphql?query=${encodeURIComponent('{ __typename }')}`;
    for (const site of ['same-origin', 'same-site', 'none']) {
      const answer = await send(path, { headers: { 'sec-fetch-site': site, accept: '*/*' } });
      expect([site, answer.status]).toEqual([site, 200]);
    }
  });

  it('shows GraphiQL after a link from another site, without running the query', async () => {
    const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', accept: 'text/html,*/*;q=0.8' };
    for (const path of ['/graphql', `/graphql?query=${encodeURIComponent('{ __typename }')}`]) {
      const { status, headers: answered } = await send(path, { headers });
      expect([status, answered['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    }
  });

  it('lets no other origin read its responses', async () => {
    const { headers } = await post(health, { origin: 'https://elsewhere.example' });
    expect(headers['access-control-allow-origin']).toBeUndefined();
  });

  it('shows GraphiQL to a browser without loading anything from elsewhere', async () => {
    const { status, body } = await send('/graphql', { headers: { accept: 'text/html' } });
    expect(status).toBe(200);
    expect(body).toContain('Pagehive');
    expect(body).not.toMatch(/(?:src|href)="https?:/);
    expect((await send('/')).headers.location).toBe('/graphql');
  });
});

describe('the Host header', () => {
  const status = async (host: string) => (await post(health, { host })).status;

  it('is accepted when it names this machine or PUBLIC_URL', async () => {
    for (const host of [
      'localhost:4000',
      '127.0.0.1',
      '[::1]:80',
      'hive.localhost',
      'pages.example.com',
      'PAGES.example.com:443',
    ]) {
      expect([host, await status(host)]).toEqual([host, 200]);
    }
  });

  it('is refused for any other name, which prevents DNS rebinding', async () => {
    for (const host of [
      'evil.example',
      'pages.example.com.evil.example',
      '127.0.0.1.evil.example',
      'localhost.evil.example',
      '10.0.0.1',
    ]) {
      expect([host, await status(host)]).toEqual([host, 421]);
    }
    expect((await send('/uploads/x', { method: 'PUT', headers: { host: 'evil.example' } })).status).toBe(421);
  });
});

/** The HTTP status of a WebSocket handshake: 101 when it succeeds. */
async function upgrade(path: string, headers: Record<string, string>): Promise<number> {
  const socket = new WebSocket(`ws://127.0.0.1:${service.config.port}${path}`, 'graphql-transport-ws', { headers });
  const status = await new Promise<number>((resolve, reject) => {
    socket.once('open', () => resolve(101));
    socket.once('unexpected-response', (_, response) => resolve(response.statusCode ?? 0));
    socket.once('error', reject);
  });
  const closed = status === 101 ? once(socket, 'close') : null;
  socket.on('error', () => {});
  socket.terminate();
  await closed;
  return status;
}

describe('a WebSocket', () => {
  it('opens for the same origin, the public origin, and clients without an Origin header', async () => {
    const here = `127.0.0.1:${service.config.port}`;
    expect(await upgrade('/graphql', {})).toBe(101);
    for (const origin of [`http://${here}`, 'https://pages.example.com']) {
      expect(await upgrade('/graphql', { origin })).toBe(101);
    }
  });

  it('is refused for another origin, another host name and another path', async () => {
    expect(await upgrade('/graphql', { origin: 'https://evil.example' })).toBe(403);
    expect(await upgrade('/graphql', { origin: 'null' })).toBe(403);
    expect(await upgrade('/graphql', { host: 'evil.example' })).toBe(403);
    expect(await upgrade('/elsewhere', {})).toBe(403);
  });
});

describe('any other path', () => {
  it('returns 404 and names the path of the API', async () => {
    for (const path of ['/nothing', '/graphql/x', '/uploads', '/..%2f..%2fetc/passwd', '//']) {
      const answer = await send(path);
      expect([path, answer.status]).toEqual([path, 404]);
      expect(answer.body).toContain('/graphql');
    }
  });
});
