import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type WebSocket as Socket, WebSocket, WebSocketServer } from 'ws';
import { createClient } from '../../src/client/client.ts';
import { portOf } from '../download/pdf-server.ts';
import { collect } from './running.ts';

/** A server with scripted behaviour for each socket, because the real one rarely sends most of these close codes. */
let sockets: WebSocketServer;
let url: string;
let received: string[];
beforeEach(async () => {
  const server = createServer();
  sockets = new WebSocketServer({ server, handleProtocols: () => 'graphql-transport-ws' });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  sockets.once('close', () => server.close());
  url = `http://127.0.0.1:${portOf(server)}`;
  received = [];
});
afterEach(async () => {
  for (const socket of sockets.clients) socket.terminate();
  const closed = once(sockets, 'close');
  sockets.close();
  await closed;
});

const final = {
  cursor: '2.0',
  revision: 2,
  jobId: 'job_1',
  status: 'COMPLETED',
  stage: 'STORE',
  progressPercentage: 100,
};

/** Closes the first connection with this code, and serves later ones. */
function closeFirst(code: number): void {
  let connections = 0;
  sockets.on('connection', (socket: Socket) => {
    const first = connections++ === 0;
    socket.on('message', (data) => {
      received.push(String(data));
      const { type, id } = JSON.parse(String(data));
      if (first) socket.close(code);
      else if (type === 'connection_init') socket.send('{"type":"connection_ack"}');
      else if (type === 'subscribe') {
        socket.send(JSON.stringify({ type: 'next', id, payload: { data: { jobProgress: final } } }));
      }
    });
  });
}

function watch(states: string[]) {
  const client = createClient({ url, webSocket: WebSocket, apiKey: 'secret' });
  return collect(client.jobProgress('job_1', { onState: (state) => states.push(state) }));
}

it.each([
  [1009, 'CONNECTION_REFUSED'],
  [4400, 'CONNECTION_REFUSED'],
  [4401, 'UNAUTHENTICATED'],
  [4406, 'CONNECTION_REFUSED'],
  [4409, 'CONNECTION_REFUSED'],
  [4429, 'CONNECTION_REFUSED'],
])('takes close code %i as the last word: %s', async (closeCode, code) => {
  closeFirst(closeCode);
  const states: string[] = [];
  await expect(watch(states)).rejects.toMatchObject({ name: 'GraphQLRequestError', code });
  expect(states).toEqual(['done']);
});

it.each([1001, 1011, 1013, 4403, 4408, 4500])('reconnects after close code %i', async (code) => {
  closeFirst(code);
  const states: string[] = [];
  expect(await watch(states)).toEqual([final]);
  expect(states).toEqual(['reconnecting', 'connected', 'done']);
});

it('sends the API key in connection_init', async () => {
  closeFirst(4401);
  await expect(watch([])).rejects.toThrow();
  expect(JSON.parse(received[0] ?? '')).toEqual({
    type: 'connection_init',
    payload: { authorization: 'Bearer secret' },
  });
});
