import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Authenticate } from './authenticate.ts';
import type { ApiServices } from './context.ts';
import { createGraphql } from './graphql.ts';
import { createAddressLimits } from './http/address-limits.ts';
import { refuse } from './http/answers.ts';
import { addressKey, createClientAddresses } from './http/forwarded.ts';
import { createOrigins } from './http/origins.ts';
import type { Pace } from './http/paced-body.ts';
import { createParamsReader } from './http/params.ts';
import { closeQueuedResponses } from './http/queued-responses.ts';
import { Readiness } from './http/readiness.ts';
import { createRoutes } from './http/routes.ts';
import { setSecurityHeaders } from './http/security-headers.ts';
import { closeSilentSockets } from './http/silent-sockets.ts';
import { serveGraphqlWs } from './live/websocket.ts';
import { MemoryBudget } from './memory-budget.ts';
import { createOperations } from './operations.ts';
import { schema } from './schema/schema.ts';

export interface ApiServer extends AsyncDisposable {
  readonly port: number;
  /** Sockets that are open, those of WebSockets among them. */
  connections(): Promise<number>;
}

/** Requests that are being answered may finish for this long at shutdown; streams are cut off, their clients resume. */
const shutdownMs = 5_000;

/**
 * Bytes of answers, events and downloads that wait for their clients, over all clients. Beyond it, the client with the most of them
 * loses its largest: its connection is cut. Large answers have a limit of their own.
 */
const unsentBytes = 48 * 1024 ** 2;

/** How long a socket is kept for another request, in milliseconds. Proxies have to give up earlier, see docs/deployment.md. */
const keptMs = 5_000;

/** Time limits of clients, in milliseconds. */
export interface ClientTimes {
  /** Until the headers of a request are complete: from the opening of a silent socket on, too. */
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
  /** Addresses and networks (CIDR) whose word on the client's address counts. */
  trustedProxies: readonly string[];
  /** Origins whose pages may call the API from a browser. */
  corsOrigins: readonly string[];
  authenticate: Authenticate;
  /** Watchers get a heartbeat this often, so that no proxy takes the connection for a dead one. */
  keepAliveMs?: number;
  times?: Partial<ClientTimes>;
}

/** Everything that is served over HTTP: GraphQL with GraphiQL, uploads, downloads, health, metrics. */
export async function startApiServer(
  services: ApiServices,
  { host, port, trustedProxies, corsOrigins, authenticate, keepAliveMs = 12_000, times: given }: ServerOptions,
): Promise<ApiServer> {
  const { publicUrl, limits, logger } = services;
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
      stream.once('close', () => streams.delete(stream));
    },
  });

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // A pipeline into the response adds seven `close` listeners, and each limit adds one.
    response.setMaxListeners(20);
    // The next request of this client is for another process.
    if (readiness.draining) response.setHeader('connection', 'close');
    setSecurityHeaders(response, publicUrl);
    origins.share(request, response);
    try {
      addressLimits.admit(request, response);
      await route(request, response);
    } catch (error) {
      await refuse(request, response, error, logger);
    }
  }

  const server = createServer({
    headersTimeout: times.headersMs,
    requestTimeout: times.upload.totalMs,
    connectionsCheckingInterval: times.headersMs / 4,
  });
  server.timeout = times.idleMs;
  server.keepAliveTimeout = Math.min(keptMs, times.idleMs);
  closeSilentSockets(server);
  closeQueuedResponses(server);
  server.on('connection', addressLimits.socketOpened);
  server.on('request', (request, response) => {
    const work = handle(request, response).finally(() => busy.delete(work));
    busy.add(work);
  });
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
      // Cut off, not completed: a client must see that there is more to come, and resume elsewhere.
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

function listening(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
