import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import WebSocket from 'ws';
import { openLocks } from '../api/locks.ts';
import { insertJob } from '../api/rows.ts';
import { overWebSocket } from '../api/websocket-client.ts';
import { type Service, startService } from '../service.ts';

const KiB = 1024;
const MiB = 1024 * KiB;

const log: string[] = [];

let service: Service;
beforeAll(async () => {
  const lines = new PassThrough().on('data', (line) => log.push(String(line)));
  service = await startService({
    worker: false,
    maintenance: false,
    overrides: { logger: pino({ level: 'info' }, lines) },
  });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

interface Message {
  type: string;
  id?: string;
  payload?: unknown;
}

/** A WebSocket and the messages that arrive on it. */
async function open({ acknowledged = true } = {}) {
  const socket = new WebSocket(`${service.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  socket.on('error', () => undefined);
  const messages: Message[] = [];
  socket.on('message', (data) => messages.push(JSON.parse(String(data))));
  const closed = once(socket, 'close').then(([code]) => code);
  await once(socket, 'open');
  const send = (message: object) => socket.send(JSON.stringify(message));
  if (acknowledged) {
    send({ type: 'connection_init' });
    await expect.poll(() => messages.map(({ type }) => type)).toEqual(['connection_ack']);
  }
  return { socket, messages, closed, send };
}

it('a message with too many values closes its socket with 1009 before it is parsed', async () => {
  const { socket, closed, messages } = await open();
  const values = '[],'.repeat(220_000);
  socket.send(`{"type":"subscribe","id":"a","payload":{"query":"{ __typename }","variables":{"x":[${values}1]}}}`);
  expect(await closed).toBe(1009);
  expect(messages).toHaveLength(1);
});

describe('what a socket keeps or repeats of a message', () => {
  it.each([
    ['the payload of connection_init', { type: 'connection_init', payload: { x: 'x'.repeat(20 * KiB) } }, false],
    ['the payload of a ping', { type: 'ping', payload: { x: 'x'.repeat(2 * KiB) } }, true],
    ['the id of an operation', { type: 'subscribe', id: 'x'.repeat(300), payload: { query: '{ __typename }' } }, true],
    ['a message before connection_init', { type: 'ping', payload: { x: 'x'.repeat(20 * KiB) } }, false],
  ])('is small, else it is closed with 1009: %s', async (_, message, acknowledged) => {
    const { closed, messages, send } = await open({ acknowledged });
    send(message);
    expect(await closed).toBe(1009);
    expect(messages.filter(({ type }) => type !== 'connection_ack')).toEqual([]);
  });

  it('may be as large as ordinary clients need', async () => {
    const { socket, messages, send } = await open({ acknowledged: false });
    send({ type: 'connection_init', payload: { x: 'x'.repeat(10 * KiB) } });
    send({ type: 'ping', payload: { x: 'x'.repeat(500) } });
    send({ type: 'ping' });
    await expect.poll(() => messages.map(({ type }) => type)).toContain('connection_ack');
    send({ type: 'subscribe', id: 'x'.repeat(256), payload: { query: '{ __typename }' } });
    await expect.poll(() => messages.map(({ type }) => type).slice(-2)).toEqual(['next', 'complete']);
    expect(messages.filter(({ type }) => type === 'pong')).toEqual([
      { type: 'pong', payload: { x: 'x'.repeat(500) } },
      { type: 'pong' },
    ]);
    socket.terminate();
  });
});

/** A WebSocket of a client that reads nothing once it is connected. */
async function openUnread(): Promise<Socket> {
  const { hostname, port, host } = new URL(service.url);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.on('error', () => undefined);
  const fields = [
    `host: ${host}`,
    'upgrade: websocket',
    'connection: Upgrade',
    'sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==',
    'sec-websocket-version: 13',
    'sec-websocket-protocol: graphql-transport-ws',
  ];
  socket.write(`GET /graphql HTTP/1.1\r\n${fields.join('\r\n')}\r\n\r\n`);
  await once(socket, 'data');
  socket.pause();
  socket.write(frame('{"type":"connection_init"}'));
  return socket;
}

/** A masked text frame; the mask is all zeros. */
function frame(text: string): Buffer {
  const data = Buffer.from(text);
  const head = data.length < 126 ? Buffer.alloc(6) : Buffer.alloc(8);
  head[0] = 0x81;
  if (data.length < 126) {
    head[1] = 0x80 | data.length;
  } else {
    head[1] = 0x80 | 126;
    head.writeUInt16BE(data.length, 2);
  }
  return Buffer.concat([head, data]);
}

describe('a client that does not read', () => {
  it('is no longer read once a mebibyte waits for it', async () => {
    const socket = await openUnread();
    const pings = Buffer.concat(Array<Buffer>(64).fill(frame(`{"type":"ping","payload":{"x":"${'x'.repeat(900)}"}}`)));
    // Far more than all buffers in between can take.
    const total = 256 * MiB;
    let isTaken = true;
    for (let sent = 0; sent < total && isTaken; sent += pings.length) {
      if (socket.write(pings)) continue;
      isTaken = await Promise.race([
        once(socket, 'drain').then(() => true),
        // Another client is served throughout. After a hundred requests, the server no longer reads from the first one.
        repeated(100, () => overWebSocket(service.url, { query: '{ __typename }' })).then(() => false),
      ]);
    }
    expect(isTaken).toBe(false);
    socket.destroy();
  });

  it('does not cause a log line for each lost message', async () => {
    const errors = vi.spyOn(console, 'error');
    const before = log.length;
    const socket = await openUnread();
    const ping = frame(`{"type":"ping","payload":{"x":"${'x'.repeat(900)}"}}`);
    for (let n = 0; n < 10_000; n += 1) socket.write(ping);
    await repeated(20, () => overWebSocket(service.url, { query: '{ __typename }' }));
    socket.resetAndDestroy();
    await expect.poll(() => service.api.connections()).toBe(0);
    expect(errors).not.toHaveBeenCalled();
    expect(log.length - before).toBeLessThanOrEqual(1);
    errors.mockRestore();
  });
});

async function repeated(times: number, work: () => Promise<unknown>): Promise<void> {
  for (let n = 0; n < times; n += 1) await work();
}

describe('an operation that its client has completed', () => {
  it('counts until it has ended, and the socket is closed with 4429 if there are too many', async () => {
    const { id: job } = await insertJob(service);
    const { closed, send } = await open();
    await using locks = await openLocks(service);
    // Mutations run to completion, even if their client no longer waits.
    const release = await locks.hold('jobs');
    const query = `mutation { deleteJob(id: "${job}") { __typename } }`;
    for (let n = 0; n < 300; n += 1) {
      send({ id: `${n}`, type: 'subscribe', payload: { query } });
      send({ id: `${n}`, type: 'complete' });
    }
    expect(await closed.finally(release)).toBe(4429);
  });

  it('makes room once it has ended', async () => {
    const { id: job } = await insertJob(service);
    const { socket, messages, send } = await open();
    const query = `subscription { jobProgress(id: "${job}") { cursor job { id } } }`;
    for (let n = 0; n < 250; n += 1) {
      send({ id: `${n}`, type: 'subscribe', payload: { query } });
      await expect.poll(() => messages.filter(({ id }) => id === `${n}`), { interval: 1 }).toHaveLength(1);
      send({ id: `${n}`, type: 'complete' });
    }
    expect(messages.every(({ type }) => type === 'next' || type === 'connection_ack')).toBe(true);
    socket.terminate();
  });
});

describe('the events of one client', () => {
  it('all arrive, for hundreds of subscriptions at once', async () => {
    const { id: job } = await insertJob(service);
    const clients = await Promise.all(Array.from({ length: 3 }, () => open()));
    for (const { send } of clients) {
      for (let n = 0; n < 100; n += 1) {
        const query = `subscription { jobProgress(id: "${job}") { job { id status pages(first: 5) { nodes { text } } } } } #${n}`;
        send({ id: `${n}`, type: 'subscribe', payload: { query } });
      }
    }
    for (const { socket, messages } of clients) {
      await expect.poll(() => messages.filter(({ type }) => type === 'next')).toHaveLength(100);
      const last = messages.find(({ id }) => id === '99');
      expect(last?.payload).toMatchObject({ data: { jobProgress: { job: { id: job } } } });
      socket.terminate();
    }
  });
});
