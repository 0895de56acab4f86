import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { requestErrors } from '../request-errors.ts';
import { type Authenticate, acceptEverybody } from './authenticate.ts';
import type { ApiServices } from './context.ts';
import { serveDownload } from './downloads/serve.ts';
import { extensionsOf, toRequestError } from './errors.ts';
import { createGraphql } from './graphql.ts';
import { checkHost, checkPost, HttpError } from './guards.ts';
import { createOperations } from './operations.ts';
import { Readiness } from './readiness.ts';
import { schema } from './schema/schema.ts';
import { receiveUpload } from './uploads.ts';
import { serveGraphqlWs } from './websocket.ts';

export interface ApiServer extends AsyncDisposable {
  readonly port: number;
}

/** Requests that are being answered may finish for this long at shutdown; streams are cut off, their clients resume. */
const shutdownMs = 5_000;

/** An upload may take as long as its URL is good. */
const uploadMs = 60 * 60 * 1000;

export interface ServerOptions {
  host: string;
  port: number;
  authenticate?: Authenticate;
  /** Who watches gets a sign of life this often, so that no proxy takes the connection for a dead one. */
  keepAliveMs?: number;
}

/** Everything that is served over HTTP: GraphQL with GraphiQL, uploads, downloads, health, metrics. */
export async function startApiServer(
  services: ApiServices,
  { host, port, authenticate = acceptEverybody, keepAliveMs = 12_000 }: ServerOptions,
): Promise<ApiServer> {
  const operations = createOperations(schema, services);
  const yoga = createGraphql(operations, keepAliveMs);
  const readiness = new Readiness();
  const busy = new Set<Promise<void>>();
  const streams = new Set<ServerResponse>();

  async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    checkHost(request, services.publicUrl);
    const url = locate(request);
    if (url.pathname === '/graphql') {
      // Base64 is a third larger than its bytes.
      if (request.headers.accept?.includes('text/event-stream')) track(response);
      if (request.method === 'POST') checkPost(request, Math.ceil((services.limits.inlineBytes * 4) / 3) + 1024 ** 2);
      const caller = await authenticate({ headers: request.headers, connectionParams: {} });
      if (caller === null) throw new HttpError(401, 'Send a valid key: "Authorization: Bearer <key>".');
      await yoga.handle(request, response, { caller });
    } else if (url.pathname.startsWith('/uploads/')) {
      if (request.method !== 'PUT') throw new HttpError(405, 'Use PUT.');
      await receiveUpload(services, request, response, url);
    } else if (url.pathname.startsWith('/downloads/')) {
      if (request.method !== 'GET' && request.method !== 'HEAD') throw new HttpError(405, 'Use GET.');
      await serveDownload(services, request, response, url);
    } else if (url.pathname === '/health/live') {
      answer(response, 200, { status: 'OK' });
    } else if (url.pathname === '/health/ready') {
      const report = await services.checkHealth();
      const { draining } = readiness;
      const ready = !draining && report.status !== 'DOWN';
      answer(response, ready ? 200 : 503, draining ? { ...report, status: 'DOWN', draining } : report);
      readiness.asked();
    } else if (url.pathname === '/metrics') {
      const { contentType, body } = await services.scrape();
      response.writeHead(200, { 'content-type': contentType }).end(body);
    } else if (url.pathname === '/') {
      response.writeHead(302, { location: '/graphql' }).end();
    } else {
      throw nothingHere();
    }
  }

  function track(stream: ServerResponse): void {
    streams.add(stream);
    stream.once('close', () => streams.delete(stream));
  }

  const server = createServer((request, response) => {
    // The next request of this client is for another process.
    if (readiness.draining) response.setHeader('connection', 'close');
    const work = route(request, response)
      .catch((error: unknown) => refuse(request, response, error))
      .finally(() => busy.delete(work));
    busy.add(work);
  });

  function refuse(request: IncomingMessage, response: ServerResponse, error: unknown): void {
    // The client went away in the middle: there is nobody to answer, and nothing to mend.
    if (response.headersSent || request.socket.destroyed) {
      response.destroy();
      return;
    }
    // What is left of the body is not read; the connection can't be used again.
    response.setHeader('connection', 'close');
    if (error instanceof HttpError) {
      answer(response, error.status, { errors: [{ message: error.message, extensions: { code: 'BAD_REQUEST' } }] });
      return;
    }
    const mapped = toRequestError(error, services.logger);
    const { status } = requestErrors[mapped.code];
    answer(response, status, { errors: [{ message: mapped.message, extensions: extensionsOf(mapped) }] });
  }

  // Node's five minutes would cut off the upload of a gigabyte; headers still have to come within one.
  server.requestTimeout = uploadMs;
  const { publicUrl, logger, operations: limits } = services;
  const webSockets = serveGraphqlWs(server, operations, {
    publicUrl,
    authenticate,
    maxOperations: limits.socketOperations,
    keepAliveMs,
    logger,
  });
  await listening(server, host, port);
  return {
    get port() {
      const address = server.address();
      return address !== null && typeof address === 'object' ? (address satisfies AddressInfo).port : port;
    },
    async [Symbol.asyncDispose]() {
      await readiness.drain();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await webSockets[Symbol.asyncDispose]();
      server.closeIdleConnections();
      // Cut off, not completed: a client must see that there is more to come, and resume elsewhere.
      for (const stream of streams) stream.destroy();
      const deadline = new AbortController();
      await Promise.race([Promise.all(busy), setTimeout(shutdownMs, null, { signal: deadline.signal })]);
      deadline.abort();
      if (busy.size > 0) logger.warn({ requests: busy.size }, 'requests were cut off by the shutdown');
      server.closeAllConnections();
      await closed;
      await yoga.dispose();
    },
  };
}

function nothingHere(): HttpError {
  return new HttpError(404, 'There is nothing here; the API is at /graphql.');
}

/** Not every request target is a URL: `//` is none. */
function locate({ url = '/' }: IncomingMessage): URL {
  if (!URL.canParse(url, 'http://localhost')) throw nothingHere();
  return new URL(url, 'http://localhost');
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

function listening(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
