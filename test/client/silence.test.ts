import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { createClient } from '../../src/client/client.ts';
import { portOf } from '../download/pdf-server.ts';
import { collect } from './running.ts';

/** Accepts connections and sends only `says`, like a server that is frozen or gone. */
let server: Server;
let sockets: Socket[];
/** The number of connections that have sent a request. */
let asked: number;
let says: string;
beforeEach(async () => {
  sockets = [];
  asked = 0;
  says = '';
  server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.once('data', () => {
      asked += 1;
      if (says !== '') socket.write(says);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(async () => {
  vi.useRealTimers();
  for (const socket of sockets) socket.destroy();
  server.close();
  await once(server, 'close');
});

/** Runs a client with two tries and returns its error and states; its clock advances only while `may` returns true. */
async function watch(transport: 'websocket' | 'sse', may: (states: string[]) => boolean = () => asked > 0) {
  const client = createClient({ url: `http://127.0.0.1:${portOf(server)}`, transport, webSocket: WebSocket });
  const states: string[] = [];
  let error: unknown;
  const onState = (state: string) => states.push(state);
  void collect(client.jobProgress('job_1', { maxTries: 2, onState })).catch((reason: unknown) => {
    error = reason;
  });
  let seconds = 0;
  for (let turn = 1; error === undefined && seconds < 90; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    if (turn % 100 !== 0 || !may(states)) continue;
    await vi.advanceTimersByTimeAsync(1_000);
    seconds += 1;
  }
  return { error, states };
}

describe('a server that accepts a connection and sends nothing', () => {
  it('is given up and retried over WebSocket', async () => {
    const { error, states } = await watch('websocket');
    expect(error).toMatchObject({
      name: 'ServerUnreachableError',
      message: expect.stringContaining('the connection did not open in time'),
    });
    expect([asked, states]).toEqual([2, ['reconnecting', 'done']]);
  });

  it('is given up and retried over Server-Sent Events', async () => {
    const { error, states } = await watch('sse');
    expect(error).toMatchObject({
      name: 'ServerUnreachableError',
      message: expect.stringContaining('the connection has gone silent'),
    });
    expect([asked, states]).toEqual([2, ['reconnecting', 'done']]);
  });
});

it('gives up a stream that falls silent, and reconnects', async () => {
  says = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n3\r\n:\n\n\r\n';
  const { error, states } = await watch('sse', ([first]) => first === 'connected');
  expect(error).toMatchObject({ message: expect.stringContaining('the connection has gone silent') });
  expect([asked, states.slice(0, 2)]).toEqual([2, ['connected', 'reconnecting']]);
});
