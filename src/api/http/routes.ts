import type { IncomingMessage, ServerResponse } from 'node:http';
import { maxRequestBytes } from '../../config.ts';
import type { Authenticate } from '../authenticate.ts';
import type { ApiServices } from '../context.ts';
import { serveDownload } from '../downloads/serve.ts';
import type { Graphql } from '../graphql.ts';
import { answer } from './answers.ts';
import { serveGraphiql, wantsGraphiql } from './graphiql.ts';
import { checkGet, checkHost, checkPost, HttpError } from './guards.ts';
import type { Pace } from './paced-body.ts';
import type { ReadParams } from './params.ts';
import type { Readiness } from './readiness.ts';
import { receiveUpload } from './receive-upload.ts';

export interface RoutesOptions {
  graphql: Graphql;
  /** What a client is known by to those that share something with it. */
  addressOf: (request: IncomingMessage) => string;
  readParams: ReadParams;
  uploadPace: Pace;
  authenticate: Authenticate;
  readiness: Readiness;
  /** Called with each response that becomes a stream of events. */
  onStream: (response: ServerResponse) => void;
}

export type Route = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Answers a request by its path. Throws what it is refused for. */
export function createRoutes(services: ApiServices, options: RoutesOptions): Route {
  const { graphql, addressOf, readParams, uploadPace, authenticate, readiness, onStream } = options;

  async function serveGraphql(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    if (request.method === 'POST') checkPost(request, maxRequestBytes(services.limits));
    else if (!wantsGraphiql(request)) checkGet(request, url);
    const caller = await authenticate({ headers: request.headers, connectionParams: {} });
    if (caller === null) throw new HttpError(401, 'Send a valid key: "Authorization: Bearer <key>".');
    if (wantsGraphiql(request)) {
      await serveGraphiql(response);
      return;
    }
    const received = await readParams(request, response, url);
    await graphql.handle(request, response, { caller, client: addressOf(request), received, onStream });
  }

  return async (request, response) => {
    checkHost(request, services.publicUrl);
    const url = locate(request);
    // A body that no route reads would be dropped at any pace that the client likes.
    if (hasUnwantedBody(request)) response.setHeader('connection', 'close');
    if (url.pathname === '/graphql') {
      await serveGraphql(request, response, url);
    } else if (url.pathname.startsWith('/uploads/')) {
      if (request.method !== 'PUT') throw new HttpError(405, 'Use PUT.');
      await receiveUpload(services, request, response, url, uploadPace);
    } else if (url.pathname.startsWith('/downloads/')) {
      if (request.method !== 'GET' && request.method !== 'HEAD') throw new HttpError(405, 'Use GET.');
      await serveDownload(services, request, response, url);
    } else if (url.pathname === '/health/live') {
      answer(response, 200, { status: 'OK' });
    } else if (url.pathname === '/health/ready') {
      await serveReadiness(response);
    } else if (url.pathname === '/metrics') {
      const { contentType, body } = await services.scrape();
      response.writeHead(200, { 'content-type': contentType }).end(body);
    } else if (url.pathname === '/') {
      response.writeHead(302, { location: '/graphql' }).end();
    } else {
      throw nothingHere();
    }
  };

  async function serveReadiness(response: ServerResponse): Promise<void> {
    const report = await services.checkHealth();
    const { draining } = readiness;
    const ready = !draining && report.status !== 'DOWN';
    answer(response, ready ? 200 : 503, draining ? { ...report, status: 'DOWN', draining } : report);
    readiness.asked();
  }
}

function hasUnwantedBody({ method, headers }: IncomingMessage): boolean {
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
  return hasBody && method !== 'POST' && method !== 'PUT';
}

function nothingHere(): HttpError {
  return new HttpError(404, 'There is nothing here; the API is at /graphql.');
}

/** Not every request target is a URL: `//` is none. */
function locate({ url = '/' }: IncomingMessage): URL {
  if (!URL.canParse(url, 'http://localhost')) throw nothingHere();
  return new URL(url, 'http://localhost');
}
