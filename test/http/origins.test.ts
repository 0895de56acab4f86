import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { readConfig } from '../../src/config/config.ts';
import { ConfigError } from '../../src/config/environment.ts';
import { graphql } from '../graphql.ts';
import { type Service, startService } from '../service.ts';
import { answerIn, head, openRawClient } from './raw-client.ts';

const listed = 'https://app.example.com';
const foreign = 'https://evil.example.com';

let service: Service;
beforeAll(async () => {
  service = await startService({ worker: false, maintenance: false, config: { corsOrigins: [listed] } });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

function preflight(path: string, origin: string, method: string) {
  const headers = {
    origin,
    'access-control-request-method': method,
    'access-control-request-headers': 'authorization,content-type',
  };
  return fetch(`${service.url}${path}`, { method: 'OPTIONS', headers });
}

async function uploadUrl(): Promise<string> {
  const { data } = await graphql(service.url, 'mutation { createUpload(input: {}) { upload { url } } }');
  return data.createUpload.upload.url;
}

/** The status of a refused upgrade, or 101. */
async function upgrade(origin: string): Promise<number> {
  const socket = new WebSocket(`${service.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', { origin });
  const status = await Promise.race([
    once(socket, 'open').then(() => 101),
    once(socket, 'unexpected-response').then(([, response]) => response.statusCode),
  ]);
  socket.on('error', () => undefined);
  socket.terminate();
  return status;
}

describe('a page of a listed origin', () => {
  it.each([
    ['/graphql', 'POST'],
    ['/uploads/x', 'PUT'],
    ['/downloads/x', 'GET'],
  ])('may call %s by %s', async (path, method) => {
    const { status, headers } = await preflight(path, listed, method);
    expect(status).toBe(204);
    expect(headers.get('access-control-allow-origin')).toBe(listed);
    expect(headers.get('access-control-allow-methods')).toContain(method);
    expect(headers.get('access-control-allow-headers')).toBe('authorization,content-type');
    expect(headers.get('access-control-allow-credentials')).toBeNull();
  });

  it('may read responses, events and errors', async () => {
    const post = (query: string, accept: string) =>
      fetch(`${service.url}/graphql`, {
        method: 'POST',
        headers: { origin: listed, 'content-type': 'application/json', accept },
        body: JSON.stringify({ query }),
      });
    const answers = [
      await post('{ __typename }', 'application/json'),
      await post('{ nothing }', 'application/json'),
      await post('subscription { jobUpdates { status } }', 'text/event-stream'),
      await fetch(`${service.url}/graphql?query={__typename}`, {
        headers: { origin: listed, 'sec-fetch-site': 'cross-site' },
      }),
      await fetch(await uploadUrl(), { method: 'PUT', headers: { origin: listed }, body: 'x' }),
      await fetch(`${service.url}/downloads/nothing`, { headers: { origin: listed } }),
      await fetch(`${service.url}/nothing`, { headers: { origin: listed } }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 201, 403, 404]);
    for (const { headers, body } of answers) {
      expect(headers.get('access-control-allow-origin')).toBe(listed);
      expect(headers.get('vary')).toMatch(/origin/i);
      await body?.cancel();
    }
  });

  it('may open WebSockets', async () => {
    expect(await upgrade(listed)).toBe(101);
  });
});

describe('a page of another origin', () => {
  it('is refused before it sends anything', async () => {
    for (const origin of [foreign, 'null', `${listed}.evil.example.com`, 'http://app.example.com']) {
      const answer = await preflight('/graphql', origin, 'POST');
      expect(answer.status).toBe(403);
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
      expect((await answer.json()).errors[0].extensions.code).toBe('FORBIDDEN');
    }
  });

  it('is also one that differs in its scheme only', async () => {
    const secure = service.url.replace('http:', 'https:');
    for (const origin of [secure, 'https://localhost']) {
      expect((await preflight('/graphql', origin, 'POST')).status).toBe(403);
      expect(await upgrade(origin)).toBe(403);
    }
  });

  it('cannot read responses, start operations by GET or open WebSockets', async () => {
    const answer = await fetch(`${service.url}/graphql`, {
      method: 'POST',
      headers: { origin: foreign, 'content-type': 'application/json' },
      body: '{"query":"{ __typename }"}',
    });
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    const get = await fetch(`${service.url}/graphql?query={__typename}`, {
      headers: { origin: foreign, 'sec-fetch-site': 'cross-site' },
    });
    expect(get.status).toBe(403);
    expect(await upgrade(foreign)).toBe(403);
  });

  it('may ask whether it is allowed', async () => {
    const ask = async (origin: string) => {
      const answer = await fetch(`${service.url}/health/live`, { headers: { origin } });
      return [answer.headers.get('access-control-allow-origin'), await answer.json()];
    };
    expect(await ask(foreign)).toEqual(['*', { status: 'OK', allowsOrigin: false }]);
    expect(await ask(listed)).toEqual(['*', { status: 'OK', allowsOrigin: true }]);
    expect(await ask(service.url)).toEqual(['*', { status: 'OK', allowsOrigin: true }]);
  });
});

describe('CORS_ORIGINS', () => {
  it('is a list of origins', () => {
    const { corsOrigins } = readConfig({ CORS_ORIGINS: ' https://App.example.com , http://localhost:5173,' });
    expect(corsOrigins).toEqual(['https://app.example.com', 'http://localhost:5173']);
  });

  it.each(['*', 'app.example.com', 'https://app.example.com/', 'https://*.example.com', 'https://a.example.com:443'])(
    'refuses %s',
    (text) => {
      expect(() => readConfig({ CORS_ORIGINS: text })).toThrow(ConfigError);
    },
  );
});

describe('every response', () => {
  it.each([
    '/graphql',
    '/graphql?query={__typename}',
    '/health/live',
    '/health/ready',
    '/metrics',
    '/uploads/x',
    '/downloads/x',
    '/nothing',
    '/',
  ])('has headers that restrict what browsers do with it: %s', async (path) => {
    const { headers, body } = await fetch(`${service.url}${path}`, { redirect: 'manual' });
    await body?.cancel();
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'");
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
    expect(headers.get('strict-transport-security')).toBeNull();
  });

  it('lets GraphiQL run only its own scripts', async () => {
    const { headers, body } = await fetch(`${service.url}/graphql`, { headers: { accept: 'text/html' } });
    await body?.cancel();
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(/script-src 'sha256-[\w+/=]+'; /);
    expect(policy).toContain("frame-ancestors 'none'");
  });

  it('admits pages without TLS of no host whose public URL uses it', async () => {
    await using secure = await startService({
      worker: false,
      maintenance: false,
      config: { publicUrl: 'https://pages.example.com', auth: 'required' },
    });
    const status = async (origin: string, host = 'pages.example.com') => {
      using client = await openRawClient(secure.config.port);
      const headers = { host, origin, 'access-control-request-method': 'POST', connection: 'close' };
      client.send(head('OPTIONS', '/graphql', headers));
      return answerIn(await client.ended).status;
    };
    expect(await status('https://pages.example.com')).toBe(204);
    expect(await status('http://pages.example.com')).toBe(403);
    expect(await status('http://pages.example.com:443', 'pages.example.com:443')).toBe(403);
    expect(await status('http://localhost:4000', 'localhost:4000')).toBe(204);
  });

  it('requires TLS once the public URL uses it', async () => {
    await using secure = await startService({
      worker: false,
      maintenance: false,
      config: { publicUrl: 'https://pages.example.com', auth: 'required' },
    });
    const url = `http://127.0.0.1:${secure.config.port}/health/live`;
    expect((await fetch(url)).headers.get('strict-transport-security')).toBe('max-age=31536000');
  });
});
