import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { serve, type TestServer } from '../download/pdf-server.ts';

/** A received request. */
export interface Received {
  path: string;
  method: string;
  headers: IncomingHttpHeaders & Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string>;
  body: string;
}

/** Responds to the nth request of a path, counted from 0. */
export type Answer = (response: ServerResponse, n: number, request: Received) => void;

export interface Receiver extends TestServer {
  readonly received: Received[];
  /** The requests to a path so far. */
  at(path: string): Received[];
}

/** Starts a webhook receiver on loopback with scripted responses by path; other paths respond 204. */
export async function startReceiver(answers: Record<string, Answer> = {}): Promise<Receiver> {
  const received: Received[] = [];
  const at = (path: string) => received.filter((request) => request.path === path);
  const server = await serve(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const text = (name: string) => String(request.headers[name]);
    const each: Received = {
      path: request.url ?? '',
      method: request.method ?? '',
      headers: {
        ...request.headers,
        'webhook-id': text('webhook-id'),
        'webhook-timestamp': text('webhook-timestamp'),
        'webhook-signature': text('webhook-signature'),
      },
      body: Buffer.concat(chunks).toString('utf8'),
    };
    const n = at(each.path).length;
    received.push(each);
    const answer = answers[each.path];
    if (answer === undefined) response.writeHead(204).end();
    else answer(response, n, each);
  });
  return { ...server, received, at };
}
