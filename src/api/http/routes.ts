import type { IncomingMessage, ServerResponse } from 'node:http';
import { maxRequestBytes } from '../../config.ts';
import { RequestError } from '../../errors.ts';
import type { Authenticate } from '../authenticate.ts';
import type { ApiServices } from '../context.ts';
import { serveDownload } from '../downloads/serve.ts';
import type { Graphql } from '../graphql.ts';
import type { MemoryBudget } from '../memory-budget.ts';
import { answer } from './answers.ts';
import { serveGraphiql } from './graphiql.ts';
import { checkGet, checkHost, checkPost, HttpError, opensPage } from './guards.ts';
import type { Origins } from './origins.ts';
import type { Pace } from './paced-body.ts';
import type { ReadParams } from './params.ts';
import type { Readiness } from './readiness.ts';
import { receiveUpload } from './receive-upload.ts';

export interface RoutesOptions {
  graphql: Graphql;
  origins: Origins;
  /** What a client is known by to those that share something with it. */
  addressOf: (request: IncomingMessage) => string;
  readParams: ReadParams;
  /** Bytes that wait for their clients. */
  unsent: MemoryBudget;
  uploadPace: Pace;
  authenticate: Authenticate;
  readiness: Readiness;
  /** Called with each response that becomes a stream of events. */
  onStream: (response: ServerResponse) => void;
}

export type Route = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Answers a request by its path. Throws what it is refused for. */
export function createRoutes(services: ApiServices, options: RoutesOptions): Route {
  const { graphql, origins, addressOf, readParams, unsent, uploadPace, authenticate, readiness, onStream } = options;

  const identify = (request: IncomingMessage) =>
    authenticate({ headers: request.headers, connectionParams: {}, address: addressOf(request) });

  async function serveGraphql(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    if (request.method === 'POST') checkPost(request, maxRequestBytes(services.limits));
    else if (!opensPage(request)) checkGet(request, url, origins);
    const admission = await identify(request);
    if (admission === null) throw new RequestError('UNAUTHENTICATED');
    if (opensPage(request)) {
      await serveGraphiql(response);
      return;
    }
    const received = await readParams(request, response, url);
    await graphql.handle(request, response, { admission, client: addressOf(request), received, onStream });
  }

  return async (request, response) => {
    checkHost(request, services.publicUrl);
    if (origins.answerPreflight(request, response)) return;
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
      const held = unsent.open(addressOf(request), () => response.destroy());
      response.once('close', held.release);
      await serveDownload(services, request, response, { url, held });
    } else if (url.pathname === '/health/live') {
      // Any page may read this one: a page that may not call the API learns why, as browsers do not say (client/origin.ts).
      response.setHeader('access-control-allow-origin', '*');
      const { origin } = request.headers;
      answer(response, 200, {
        status: 'OK',
        ...(origin === undefined ? {} : { allowsOrigin: origins.allows(request) }),
      });
    } else if (url.pathname === '/health/ready') {
      await serveReadiness(request, response);
    } else if (url.pathname === '/metrics') {
      const admission = await identify(request);
      if (admission === null) throw new RequestError('UNAUTHENTICATED');
      if (!admission.caller.scopes.has('OPERATOR'))
        throw new RequestError('FORBIDDEN', { message: 'Metrics need a key with the scope OPERATOR.' });
      const { contentType, body } = await services.scrape();
      response.writeHead(200, { 'content-type': contentType }).end(body);
    } else if (url.pathname === '/') {
      response.writeHead(302, { location: '/graphql' }).end();
    } else {
      throw nothingHere();
    }
  };

  /** The status for everybody; what was checked, for operators. */
  async function serveReadiness(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // A database that is away lets nobody be known as an operator, and must not hide the status.
    const admission = await identify(request).catch(() => null);
    const isOperator = admission?.caller.scopes.has('OPERATOR') ?? false;
    const report = await services.checkHealth();
    const { draining } = readiness;
    const ready = !draining && report.status !== 'DOWN';
    const { status, ...checks } = report;
    const details = { ...checks, ...(draining ? { draining } : {}) };
    answer(response, ready ? 200 : 503, { status: draining ? 'DOWN' : status, ...(isOperator ? details : {}) });
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
