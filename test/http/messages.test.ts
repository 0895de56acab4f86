import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { defaultLimits } from '../../src/config/config.ts';
import { insertJob } from '../api/rows.ts';
import { overWebSocket } from '../api/websocket-client.ts';
import { type Service, startService } from '../service.ts';

const KiB = 1024;
const MiB = 1024 * KiB;

let service: Service;
beforeAll(async () => {
  const limits = { ...defaultLimits, inlineBytes: MiB, bodyBytesInFlight: 3.5 * MiB };
  service = await startService({ worker: false, maintenance: false, config: { limits } });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

interface Message {
  type: string;
  id?: string;
  payload?: unknown;
}

/** Opens an acknowledged WebSocket and records the messages that arrive. */
async function open() {
  const socket = new WebSocket(`${service.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  socket.on('error', () => undefined);
  const messages: Message[] = [];
  socket.on('message', (data) => messages.push(JSON.parse(String(data))));
  await once(socket, 'open');
  socket.send('{"type":"connection_init"}');
  await expect.poll(() => messages.map(({ type }) => type)).toEqual(['connection_ack']);
  return { socket, messages };
}

describe('unfinished messages', () => {
  it('close only the sockets with the most bytes when they exceed the budget', async () => {
    const sockets = await Promise.all(Array.from({ length: 8 }, open));
    // White space is a valid start of JSON.
    for (const { socket } of sockets) socket.send(Buffer.alloc(900 * KiB, ' '), { fin: false, binary: false });
    const isOpen = ({ socket }: (typeof sockets)[number]) => socket.readyState === WebSocket.OPEN;
    await expect.poll(() => sockets.filter(isOpen).length).toBeLessThanOrEqual(4);
    expect(await overWebSocket(service.url, { query: '{ __typename }' })).toMatchObject([
      { data: { __typename: 'Query' } },
    ]);
    const left = sockets.filter(isOpen);
    expect(left.length).toBeGreaterThanOrEqual(3);
    for (const { socket, messages } of left) {
      socket.send('{"type":"ping"}', { fin: true });
      await expect.poll(() => messages.at(-1)?.type).toBe('pong');
      socket.terminate();
    }
  });

  it('do not include finished ones, however many a socket has sent', async () => {
    const { socket, messages } = await open();
    for (let n = 0; n < 20; n += 1) socket.send(`${' '.repeat(500 * KiB)}{"type":"ping"}`);
    await expect.poll(() => messages.filter(({ type }) => type === 'pong')).toHaveLength(20);
    socket.terminate();
  });
});

describe('large messages of many sockets at once', () => {
  it('are all read, even when a socket is closed between their parts', async () => {
    const clients = await Promise.all(Array.from({ length: 12 }, open));
    const ping = `${' '.repeat(200 * KiB)}{"type":"ping"}`;
    for (const { socket } of clients) for (let n = 0; n < 5; n += 1) socket.send(ping);
    const [closed, ...others] = clients;
    closed?.socket.terminate();
    for (const { socket, messages } of others) {
      await expect.poll(() => messages.filter(({ type }) => type === 'pong')).toHaveLength(5);
      socket.terminate();
    }
  });
});

describe('the subscriptions of one socket', () => {
  it('are limited to 256 KiB in total, because they are kept in memory', async () => {
    const { id: job } = await insertJob(service);
    const { socket, messages } = await open();
    const query = `subscription { jobProgress(id: "${job}") { cursor } }`;
    const subscribe = (id: string, bytes: number) => {
      const payload = { query, variables: { unused: 'x'.repeat(bytes) } };
      socket.send(JSON.stringify({ id, type: 'subscribe', payload }));
    };
    const answer = async (id: string) => {
      await expect.poll(() => messages.some((message) => message.id === id)).toBe(true);
      return messages.find((message) => message.id === id);
    };
    subscribe('first', 200 * KiB);
    expect(await answer('first')).toMatchObject({ type: 'next' });
    subscribe('second', 100 * KiB);
    expect(await answer('second')).toMatchObject({
      type: 'error',
      payload: [{ extensions: { code: 'PAYLOAD_TOO_LARGE' } }],
    });
    socket.send('{"id":"first","type":"complete"}');
    subscribe('third', 100 * KiB);
    expect(await answer('third')).toMatchObject({ type: 'next' });
    socket.terminate();
  });
});
