import { request } from 'node:http';
import { WebSocket } from 'ws';

/** Many watchers of one job, as cheap as possible for the load generator. */
export interface Watchers {
  close(): void;
}

type OnText = (text: string) => void;

const query =
  'subscription ($id: ID!) { jobProgress(id: $id) { cursor status stage progressPercentage pagesDone pagesTotal } }';

function inBatches(count: number, open: (index: number) => Promise<void>): Promise<unknown> {
  let next = 0;
  const one = async (): Promise<void> => {
    while (next < count) await open(next++);
  };
  return Promise.all(Array.from({ length: Math.min(50, count) }, one));
}

/** Implements graphql-transport-ws by hand; resolves after the first event of each watcher. */
export async function watchByWebSocket(api: string, jobId: string, count: number, onText: OnText): Promise<Watchers> {
  const sockets: WebSocket[] = [];
  await inBatches(count, () => {
    const socket = new WebSocket(api.replace('http', 'ws'), 'graphql-transport-ws', { perMessageDeflate: false });
    sockets.push(socket);
    return new Promise((resolve, reject) => {
      socket.on('error', reject);
      socket.on('open', () => socket.send('{"type":"connection_init"}'));
      socket.on('message', (data) => {
        const text = String(data);
        if (text.includes('"connection_ack"')) {
          socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query, variables: { id: jobId } } }));
        } else if (text.includes('"next"')) {
          resolve();
          onText(text);
        } else if (text.includes('"ping"')) socket.send('{"type":"pong"}');
      });
    });
  });
  return { close: () => sockets.forEach((socket) => void socket.terminate()) };
}

export async function watchBySse(api: string, jobId: string, count: number, onText: OnText): Promise<Watchers> {
  const body = JSON.stringify({ query, variables: { id: jobId } });
  const closers: (() => void)[] = [];
  await inBatches(
    count,
    () =>
      new Promise((resolve, reject) => {
        const headers = {
          accept: 'text/event-stream',
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
        };
        const outgoing = request(api, { method: 'POST', headers, agent: false }, (response) => {
          response.setEncoding('utf8');
          response.on('data', (text: string) => {
            if (!text.includes('event: next')) return;
            resolve();
            onText(text);
          });
          response.on('error', () => undefined);
        });
        outgoing.on('error', reject);
        closers.push(() => outgoing.destroy());
        outgoing.end(body);
      }),
  );
  return { close: () => closers.forEach((close) => void close()) };
}

export async function watchBareWebSocket(port: number, count: number, onText: OnText): Promise<Watchers> {
  const sockets: WebSocket[] = [];
  await inBatches(count, () => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}`, { perMessageDeflate: false });
    sockets.push(socket);
    return new Promise((resolve, reject) => {
      socket.on('error', reject);
      socket.on('open', () => resolve());
      socket.on('message', (data) => onText(String(data)));
    });
  });
  return { close: () => sockets.forEach((socket) => void socket.terminate()) };
}
