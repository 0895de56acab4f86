import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Service, startService } from '../service.ts';
import { answerIn, head, openRawClient } from './raw-client.ts';

let service: Service;
beforeAll(async () => {
  service = await startService({ worker: false, maintenance: false });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

const handshake = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': 13 };
const key = 'dGhlIHNhbXBsZSBub25jZQ==';

it.each<[string, number, string]>([
  ['that is not HTTP', 400, 'nonsense\r\n\r\n'],
  ['with headers that are too large', 431, head('GET', '/', { filler: 'x'.repeat(20_000) })],
  ['with an unknown expectation', 417, head('GET', '/health/live', { expect: 'tea' })],
  ['without a host', 421, 'GET / HTTP/1.1\r\nconnection: close\r\n\r\n'],
  ['for a WebSocket without a key', 400, head('GET', '/graphql', handshake)],
  ['for a WebSocket of another version', 400, head('GET', '/graphql', { ...handshake, 'sec-websocket-version': 7 })],
  [
    'for a WebSocket of another origin',
    403,
    head('GET', '/graphql', { ...handshake, 'sec-websocket-key': key, origin: 'https://evil.example' }),
  ],
])('a request %s is refused with a reason and security headers', async (_, status, text) => {
  using client = await openRawClient(service.config.port);
  client.send(text);
  const answer = answerIn(await client.ended);
  expect(answer).toMatchObject({ status, code: status === 403 ? 'FORBIDDEN' : 'BAD_REQUEST' });
  expect(answer.head).toContain('x-content-type-options: nosniff');
  expect(answer.head).toContain('cache-control: no-store');
  expect(answer.head).toContain("content-security-policy: default-src 'none'; frame-ancestors 'none'");
});

it('a WebSocket at a path that is no URL is refused like one at another path', async () => {
  using client = await openRawClient(service.config.port);
  client.send(head('GET', '//', { ...handshake, 'sec-websocket-key': key }));
  expect(answerIn(await client.ended)).toMatchObject({ status: 403, code: 'NOT_FOUND' });
});

it('data that is not HTTP ends a stream, but never becomes part of it', async () => {
  using client = await openRawClient(service.config.port);
  const query = encodeURIComponent('subscription { jobUpdates { status } }');
  client.send(head('GET', `/graphql?query=${query}`, { accept: 'text/event-stream' }));
  await client.answered;
  client.send('nonsense\r\n\r\n');
  expect((await client.ended).match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200']);
});
