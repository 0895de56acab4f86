import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { withLogFields } from '../ops/log-fields.ts';
import { requestIdOf } from '../ops/request-id.ts';
import { setSecurityHeaders } from '../ops/security-headers.ts';
import type { Authenticate } from './authenticate.ts';
import type { ApiServices } from './context.ts';
import { createGraphql } from './graphql.ts';
import { createAddressLimits } from './http/address-limits.ts';
import { refuse } from './http/answers.ts';
import { addressKey, createClientAddresses } from './http/forwarded.ts';
import { createOrigins } from './http/origins.ts';
import type { Pace } from './http/paced-body.ts';
import { createParamsReader } from './http/params.ts';
import { trackQueuedResponses } from './http/queued-responses.ts';
import { Readiness } from './http/readiness.ts';
import { createRoutes, routeName } from './http/routes.ts';
import { closeSilentSockets } from './http/silent-sockets.ts';
import { checkExpectation, refuseUnreadableRequests } from './http/unreadable-requests.ts';
import { serveGraphqlWs } from './live/websocket.ts';
import { MemoryBudget } from './memory-budget.ts';
import { onClose } from './on-close.ts';
import { createOperations } from './operations.ts';
import { schema } from './schema/schema.ts';

export interface ApiServer extends AsyncDisposable {
  readonly port: number;
  /** Number of open sockets, including those of WebSockets. */
  connections(): Promise<number>;
}

/** Time for requests in progress to finish at shutdown, in milliseconds. Streams are cut off; their clients resume. */
const shutdownMs = 5_000;

/**
 * Maximum unread bytes of responses, events and downloads, over all clients. Beyond it, the client with the most unread
 * bytes loses the connection that holds most of them. Large responses have a separate limit.
 */
const unsentBytes = 48 * 1024 ** 2;

/**
 * How long an idle socket is kept for the next request, in milliseconds. Proxies must give up earlier, see
 * docs/deployment.md.
 */
const keptMs = 5_000;

/** Time limits of clients, in milliseconds. */
export interface ClientTimes {
  /** Until the headers of a request are complete, also from the opening of a socket. */
  headersMs: number;
  /** Until a socket without any traffic is closed. Streams have traffic all the time. */
  idleMs: number;
  /** Bodies of GraphQL requests. */
  body: Pace;
  /** Bodies of uploads. */
  upload: Pace;
}

const minute = 60_000;

const defaultTimes: ClientTimes = {
  headersMs: 15_000,
  idleMs: 2 * minute,
  body: { bytesPerSecond: 1_024, stallMs: 10_000, totalMs: 5 * minute },
  // As long as its URL is valid.
  upload: { bytesPerSecond: 1_024, stallMs: 30_000, totalMs: 60 * minute },
};

export interface ServerOptions {
  host: string;
  port: number;
  /** Addresses and networks (CIDR) of reverse proxies that are trusted to report the addresses of clients. */
  trustedProxies: readonly string[];
  /** Origins whose pages may call the API from a browser. */
  corsOrigins: readonly string[];
  authenticate: Authenticate;
  /** Interval of keep-alives to watchers, so that no proxy considers the connection dead. */
  keepAliveMs?: number;
  times?: Partial<ClientTimes>;
}

/** Starts the HTTP server: GraphQL with GraphiQL, uploads, downloads, health, metrics. */
export async function startApiServer(
  services: ApiServices,
  { host, port, trustedProxies, corsOrigins, authenticate, keepAliveMs = 12_000, times: given }: ServerOptions,
): Promise<ApiServer> {
  const { publicUrl, limits, metrics, logger } = services;
  const times = { ...defaultTimes, ...given };
  const unsent = new MemoryBudget(unsentBytes);
  const operations = createOperations(schema, services);
  const graphql = createGraphql(operations, { keepAliveMs, unsent });
  const readiness = new Readiness();
  const busy = new Set<Promise<void>>();
  const streams = new Set<ServerResponse>();
  const addresses = createClientAddresses(trustedProxies);
  const addressLimits = createAddressLimits(addresses, limits.connectionsPerAddress, logger);
  const addressOf = (request: IncomingMessage) => addressKey(addresses.clientOf(request));
  const received = new MemoryBudget(limits.bodyBytesInFlight);
  const readParams = createParamsReader({
    schema,
    budget: received,
    pace: times.body,
    queryBytes: services.operations.queryBytes,
    addressOf,
  });
  const origins = createOrigins(corsOrigins, publicUrl);
  const route = createRoutes(services, {
    graphql,
    origins,
    addressOf,
    readParams,
    unsent,
    uploadPace: times.upload,
    authenticate,
    readiness,
    onStream(stream) {
      streams.add(stream);
      onClose(stream, () => streams.delete(stream));
    },
  });

  /** Measures a request until its response has ended, unless it becomes a stream of events. */
  function measureRequest(request: IncomingMessage, response: ServerResponse): void {
    const began = performance.now();
    response.once('close', () => {
      if (isStream(response)) return;
      metrics.requestEnded(routeName(request), response.statusCode, (performance.now() - began) / 1_000);
    });
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // A pipeline into the response adds seven `close` listeners, and each limit adds one.
    response.setMaxListeners(20);
    measureRequest(request, response);
    // The next request of this client must go to another process.
    if (readiness.draining) response.setHeader('connection', 'close');
    setSecurityHeaders(response, publicUrl);
    origins.share(request, response);
    try {
      queued.admit(request);
      checkExpectation(request);
      addressLimits.admit(request, response);
      await route(request, response);
    } catch (error) {
      await refuse(request, response, error, { logger, metrics });
    }
  }

  const server = createServer({
    // A request without a host gets our refusal instead, which has security headers.
    requireHostHeader: false,
    headersTimeout: times.headersMs,
    requestTimeout: times.upload.totalMs,
    connectionsCheckingInterval: times.headersMs / 4,
  });
  server.timeout = times.idleMs;
  server.keepAliveTimeout = Math.min(keptMs, times.idleMs);
  closeSilentSockets(server);
  const queued = trackQueuedResponses(server);
  refuseUnreadableRequests(server, queued, { publicUrl, logger, metrics });
  server.on('connection', addressLimits.socketOpened);
  server.on('request', (request, response) => {
    if (queued.ignores(request)) return;
    const id = requestIdOf(request);
    response.setHeader('x-request-id', id);
    const work = withLogFields({ request: id }, () => handle(request, response)).finally(() => busy.delete(work));
    busy.add(work);
  });
  server.on('checkExpectation', (request, response) => void server.emit('request', request, response));
  const webSockets = serveGraphqlWs(server, operations, {
    schema,
    publicUrl,
    origins,
    authenticate,
    maxOperations: services.operations.socketOperations,
    keepAliveMs,
    addressLimits,
    addressOf,
    budgets: { received, unsent },
    metrics,
    logger,
  });
  await listening(server, host, port);
  return {
    get port() {
      const address = server.address();
      return address !== null && typeof address === 'object' ? (address satisfies AddressInfo).port : port;
    },
    connections: () => promisify(server.getConnections.bind(server))(),
    async [Symbol.asyncDispose]() {
      await readiness.drain();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await webSockets[Symbol.asyncDispose]();
      server.closeIdleConnections();
      // Cut off, not completed: clients must see that more events follow, and resume elsewhere.
      for (const stream of streams) stream.destroy();
      const deadline = new AbortController();
      await Promise.race([Promise.all(busy), setTimeout(shutdownMs, null, { signal: deadline.signal })]);
      deadline.abort();
      if (busy.size > 0) logger.warn({ requests: busy.size }, 'requests were cut off by the shutdown');
      server.closeAllConnections();
      await closed;
      await graphql.dispose();
    },
  };
}

function isStream(response: ServerResponse): boolean {
  return String(response.getHeader('content-type')).startsWith('text/event-stream');
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
