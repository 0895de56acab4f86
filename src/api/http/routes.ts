import type { IncomingMessage, ServerResponse } from 'node:http';
import { maxRequestBytes } from '../../config/config.ts';
import { RequestError } from '../../errors.ts';
import { recordRefusal } from '../audit.ts';
import type { Admission, Authenticate } from '../authenticate.ts';
import type { ApiServices } from '../context.ts';
import { serveDownload } from '../downloads/serve.ts';
import type { Graphql } from '../graphql.ts';
import type { MemoryBudget } from '../memory-budget.ts';
import { onClose } from '../on-close.ts';
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
  /** Returns the address that identifies a client for limits and turns. */
  addressOf: (request: IncomingMessage) => string;
  readParams: ReadParams;
  /** Budget of bytes that clients have not read. */
  unsent: MemoryBudget;
  uploadPace: Pace;
  authenticate: Authenticate;
  readiness: Readiness;
  /** Called with each response that becomes a stream of events. */
  onStream: (response: ServerResponse) => void;
}

export type Route = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/**
 * Creates the function that responds to a request according to its path. It throws an error if the request is refused.
 */
export function createRoutes(services: ApiServices, options: RoutesOptions): Route {
  const { graphql, origins, addressOf, readParams, unsent, uploadPace, authenticate, readiness, onStream } = options;

  const identify = (request: IncomingMessage) =>
    authenticate({ headers: request.headers, connectionParams: {}, address: addressOf(request) });

  /** Throws UNAUTHENTICATED if the request has no valid credentials. */
  async function admit(request: IncomingMessage): Promise<Admission> {
    const admission = await identify(request);
    if (admission === null) throw new RequestError('UNAUTHENTICATED');
    return admission;
  }

  async function serveGraphql(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    if (request.method === 'POST') checkPost(request, maxRequestBytes(services.limits));
    else if (request.method !== 'GET') throw new HttpError(405, 'Use POST, or GET for queries.');
    else if (!opensPage(request)) checkGet(request, url, origins);
    const admission = await admit(request);
    if (opensPage(request)) {
      await serveGraphiql(response);
      return;
    }
    let isOver = false;
    const watch = admission.whenEnded(() => {
      isOver = true;
    });
    const received = await readParams(request, response, url).finally(() => watch[Symbol.dispose]());
    // A body may take minutes: meanwhile, the key may have been revoked.
    if (isOver) throw new RequestError('UNAUTHENTICATED');
    await graphql.handle(request, response, { admission, client: addressOf(request), received, onStream });
  }

  return async (request, response) => {
    checkHost(request, services.publicUrl);
    if (origins.answerPreflight(request, response)) return;
    const url = locate(request);
    // A body that no route reads would be dropped as slowly as the client likes.
    if (hasUnwantedBody(request)) response.setHeader('connection', 'close');
    if (url.pathname === '/graphql') {
      await serveGraphql(request, response, url);
    } else if (url.pathname.startsWith('/uploads/')) {
      if (request.method !== 'PUT') throw new HttpError(405, 'Use PUT.');
      await receiveUpload(services, request, response, { url, address: addressOf(request), pace: uploadPace });
    } else if (url.pathname.startsWith('/downloads/')) {
      if (request.method !== 'GET' && request.method !== 'HEAD') throw new HttpError(405, 'Use GET.');
      const address = addressOf(request);
      const held = unsent.open(address, () => response.destroy());
      onClose(response, held.release);
      await serveDownload(services, request, response, { url, address, held });
    } else if (url.pathname === '/health/live') {
      // Any page may read this response. A page of an unlisted origin learns from it why it was refused, because
      // browsers do not report the reason (client/origin.ts).
      response.setHeader('access-control-allow-origin', '*');
      const { origin } = request.headers;
      answer(response, 200, {
        status: 'OK',
        ...(origin === undefined ? {} : { allowsOrigin: origins.allows(request) }),
      });
    } else if (url.pathname === '/health/ready') {
      await serveReadiness(request, response);
    } else if (url.pathname === '/metrics') {
      const { caller } = await admit(request);
      if (!caller.scopes.has('OPERATOR')) {
        recordRefusal({ ...caller, audit: services.audit }, '/metrics');
        throw new RequestError('FORBIDDEN', { message: 'Metrics need a key with the scope OPERATOR.' });
      }
      const { contentType, body } = await services.scrape();
      response.writeHead(200, { 'content-type': contentType }).end(body);
    } else if (url.pathname === '/') {
      response.writeHead(302, { location: '/graphql' }).end();
    } else {
      throw nothingHere();
    }
  };

  /** Returns the status to every caller, and the individual checks to operators. */
  async function serveReadiness(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // While the database is unreachable, operators cannot be identified. The status must be visible nevertheless.
    const admission = await identify(request).catch(() => null);
    const isOperator = admission?.caller.scopes.has('OPERATOR') ?? false;
    const report = await services.checkHealth();
    const { draining } = readiness;
    const ready = !draining && report.status !== 'DOWN';
    const { status, ...checks } = report;
    const details = { ...checks, ...(draining ? { draining } : {}) };
    answer(response, ready ? 200 : 503, { status: draining ? 'DOWN' : status, ...(isOperator ? details : {}) });
    readiness.checked(addressOf(request));
  }
}

const routeNames = ['graphql', 'uploads', 'downloads', 'health', 'metrics'];

/** Returns the route of a request for metrics: one of a few names, whatever a client requests. */
export function routeName({ url = '/' }: IncomingMessage): string {
  const [first = ''] = url.slice(1).split(/[/?]/, 1);
  return routeNames.includes(first) ? first : 'other';
}

function hasUnwantedBody({ method, headers }: IncomingMessage): boolean {
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
  return hasBody && method !== 'POST' && method !== 'PUT';
}

function nothingHere(): HttpError {
  return new HttpError(404, 'There is nothing here; the API is at /graphql.');
}

/** Returns the URL of a request. Some request targets, such as `//`, are not valid URLs. */
function locate({ url = '/' }: IncomingMessage): URL {
  if (!URL.canParse(url, 'http://localhost')) throw nothingHere();
  return new URL(url, 'http://localhost');
}
