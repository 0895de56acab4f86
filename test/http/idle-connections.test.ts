import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { type Service, startService } from '../service.ts';
import { standStill } from '../stand-still.ts';
import { answerIn, head, openRawClient, type RawClient } from './raw-client.ts';

let service: Service;
const opened = new Set<RawClient>();

const connections = (): Promise<number> => service.api.connections();

async function open(): Promise<RawClient> {
  const client = await openRawClient(service.config.port);
  opened.add(client);
  return client;
}

async function openWith(text: string): Promise<RawClient> {
  const client = await open();
  client.send(text);
  return client;
}

describe('an idle client', () => {
  beforeAll(async () => {
    const overrides = { clientTimes: { headersMs: 300, idleMs: 600 } };
    service = await startService({ worker: false, maintenance: false, overrides });
  });
  afterEach(async () => {
    for (const client of opened) client.socket.destroy();
    opened.clear();
    await expect.poll(connections).toBe(0);
  });
  afterAll(() => service[Symbol.asyncDispose]());

  it.each([
    ['on a new socket', ''],
    ['in the middle of a head', 'GET / HTTP/1.1\r\nhost: loc'],
    ['after empty lines', '\r\n\r\n'],
  ])('is disconnected %s', async (_, text) => {
    const client = await openWith(text);
    expect(answerIn(await client.ended).status).toBe(408);
    await expect.poll(connections).toBe(0);
  });

  it('is disconnected between two requests', async () => {
    const client = await openWith(head('GET', '/health/live'));
    expect(answerIn(await client.ended).status).toBe(200);
    await expect.poll(connections).toBe(0);
  });

  it('keeps its connection if it sent a request while this process was paused', async () => {
    const client = await openWith(head('GET', '/health/live'));
    expect(answerIn(await client.answered).status).toBe(200);
    client.send(head('GET', '/health/live', { connection: 'close' }));
    // Longer than idle sockets are kept: their timers fire before the request is read.
    standStill(2_500);
    expect((await client.ended).match(/HTTP\/1\.1 200/g)).toHaveLength(2);
  });

  it('is disconnected when it does not read its response', async () => {
    const client = await open();
    client.socket.pause();
    const page = head('GET', '/graphql', { accept: 'text/html' });
    // At 2 MB a page, far more than socket buffers hold.
    client.send(page.repeat(20));
    await expect.poll(connections).toBe(0);
  });

  it.each([
    ['at another path', '/elsewhere', {}],
    ['of another origin', '/graphql', { origin: 'https://evil.example' }],
    ['of another host', '/graphql', { host: 'evil.example' }],
  ])('is disconnected after a refused WebSocket %s, even if it leaves its side open', async (_, path, headers) => {
    const client = await open();
    const handshake = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': 13,
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    };
    client.send(head('GET', path, { ...handshake, ...headers }));
    expect(answerIn(await client.answered)).toMatchObject({ status: 403 });
    await expect.poll(connections).toBe(0);
  });

  it('is disconnected on a WebSocket without connection_init', async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${service.config.port}/graphql`, 'graphql-transport-ws');
    const code = await new Promise((resolve) => socket.once('close', resolve));
    expect(code).toBe(4408);
  });
});
