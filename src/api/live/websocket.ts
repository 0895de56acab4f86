import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type ExecutionArgs, type ExecutionResult, GraphQLError, type GraphQLSchema } from 'graphql';
import { useServer as serveWebSocket } from 'graphql-ws/use/ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { RequestError } from '../../errors.ts';
import type { Logger } from '../../ops/logger.ts';
import { answerPieces } from '../answers/pieces.ts';
import type { Admission, Authenticate } from '../authenticate.ts';
import { extensionsOf } from '../errors.ts';
import type { AddressLimits } from '../http/address-limits.ts';
import { refuseUpgrade } from '../http/answers.ts';
import { checkHost, HttpError } from '../http/guards.ts';
import type { Origins } from '../http/origins.ts';
import type { Operations } from '../operations.ts';
import { keepAlive } from './keep-alive.ts';
import { Results } from './results.ts';
import { textOf } from './shared-events.ts';

/** Of one message: a document and its variables. Files go by PUT. */
const maxMessageBytes = 1024 ** 2;
/** Whoever does not say who he is. */
const unauthorized = 4401;

/** Closes a socket that goes on sending operations although each is refused; clients do not retry after this code. */
const tooManyRequests = 4429;
/** Operations beyond the maximum that are refused one by one before the socket is closed. */
const maxRefusals = 100;

/** Bytes of the subscriptions that are open on one socket: they are kept in memory as long as the socket likes. */
const maxSubscriptionBytes = 256 * 1024;

/** What is known of a connected client. */
interface Client {
  admission: Admission;
  address: string;
  refusals: number;
  /** Its operations by their ids. */
  running: Map<string, Running>;
}

interface Running {
  controller: AbortController;
  /** Size of a subscription. Other operations end soon. */
  subscriptionBytes: number;
}

export interface WebSocketOptions {
  schema: GraphQLSchema;
  publicUrl: string;
  origins: Origins;
  authenticate: Authenticate;
  /** Operations at the same time on one socket. */
  maxOperations: number;
  /** A socket is asked for a sign of life this often, and closed if it gives none before the next time. */
  keepAliveMs: number;
  addressLimits: AddressLimits;
  /** What a client is known by to those that share something with it. */
  addressOf: (request: IncomingMessage) => string;
  /** Called with each WebSocket that opens, the socket below it, and the request that asked for it. */
  onOpen: (webSocket: WebSocket, socket: Duplex, request: IncomingMessage) => void;
  logger: Logger;
}

/** GraphQL over WebSocket (graphql-transport-ws) at /graphql: operations are admitted and run as over HTTP. */
export function serveGraphqlWs(
  server: Server,
  operations: Operations,
  {
    schema,
    publicUrl,
    origins,
    authenticate,
    maxOperations,
    keepAliveMs,
    addressLimits,
    addressOf,
    onOpen,
    logger,
  }: WebSocketOptions,
): AsyncDisposable {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: maxMessageBytes });
  server.on('upgrade', (request, socket, head) => {
    // A client that resets the connection meanwhile must not end the process.
    socket.on('error', () => socket.destroy());
    try {
      checkHost(request, publicUrl);
      origins.check(request);
      if (new URL(request.url ?? '/', 'http://localhost').pathname !== '/graphql')
        throw new HttpError(404, 'WebSockets are at /graphql.');
      addressLimits.admit(request, socket);
    } catch (error) {
      refuseUpgrade(socket, error, logger);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      onOpen(webSocket, socket, request);
      sockets.emit('connection', webSocket, request);
    });
  });

  /** How to run each admitted operation; graphql-ws hands the arguments from one hook to the next. */
  const admittedBy = new WeakMap<ExecutionArgs, () => ReturnType<Operations['run']>>();
  const clients = new WeakMap<WebSocket, Client>();
  function runAdmitted(args: ExecutionArgs) {
    const run = admittedBy.get(args);
    if (run === undefined) throw new Error('an operation is to run that was not admitted');
    return run();
  }
  const service = serveWebSocket(
    {
      async onConnect({ connectionParams = {}, extra: { request, socket } }) {
        try {
          const address = addressOf(request);
          const admission = await authenticate({ headers: request.headers, connectionParams, address });
          if (admission === null) {
            socket.close(unauthorized, 'Unauthorized');
          } else {
            clients.set(socket, { admission, address, refusals: 0, running: new Map() });
            const watch = admission.whenEnded(() => socket.close(unauthorized, 'Unauthorized'));
            socket.once('close', () => watch[Symbol.dispose]());
          }
        } catch (error) {
          if (!(error instanceof RequestError))
            logger.warn({ err: error }, 'the caller of a WebSocket could not be identified');
        }
        // Closes the socket with 4403 otherwise, if it is not closed yet.
        return clients.has(socket);
      },
      execute: runAdmitted,
      subscribe: runAdmitted,
      onOperation: ({ extra }, id, _payload, _args, result) => sentPast(operations, result, id, extra.socket),
      onSubscribe({ subscriptions, extra: { socket } }, id, payload) {
        const client = clients.get(socket);
        if (client === undefined) throw new Error('an operation arrived on a socket without a caller');
        if (Object.keys(subscriptions).length > maxOperations) {
          client.refusals += 1;
          if (client.refusals > maxRefusals) dismiss(socket);
          return [tooManyOperations(maxOperations)];
        }
        const { query, operationName, variables } = payload;
        const { caller } = client.admission;
        const admitted = operations.admit({ query, operationName, variables }, caller);
        if ('errors' in admitted) return admitted.errors;
        const { document, operation } = admitted;
        const subscriptionBytes = operation.operation === 'subscription' ? JSON.stringify(payload).length : 0;
        if (subscriptionBytes + openSubscriptionBytes(client) > maxSubscriptionBytes) return [subscriptionsTooLarge()];
        const args: ExecutionArgs = { schema, document, operationName, variableValues: variables };
        const controller = new AbortController();
        client.running.set(id, { controller, subscriptionBytes });
        const requester = { caller, client: client.address, over: controller.signal };
        admittedBy.set(args, () => operations.run(admitted, requester));
        return args;
      },
      onComplete({ extra: { socket } }, id) {
        const running = clients.get(socket)?.running;
        running?.get(id)?.controller.abort();
        running?.delete(id);
      },
      onDisconnect({ extra: { socket } }) {
        for (const { controller } of clients.get(socket)?.running.values() ?? []) controller.abort();
      },
    },
    sockets,
    // Its own pings hold this process's pauses against clients.
    0,
  );
  sockets.on('connection', (socket) => keepAlive(socket, keepAliveMs));
  return {
    async [Symbol.asyncDispose]() {
      await service.dispose();
    },
  };
}

/** Closes a socket and reads nothing more of what its client has sent; ws ends it soon if the client does not. */
function dismiss(socket: WebSocket): void {
  socket.close(tooManyRequests, 'Too many operations');
  socket.pause();
}

function openSubscriptionBytes({ running }: Client): number {
  return [...running.values()].reduce((sum, { subscriptionBytes }) => sum + subscriptionBytes, 0);
}

function subscriptionsTooLarge(): GraphQLError {
  const message = `The subscriptions of one socket must not exceed ${maxSubscriptionBytes} bytes together.`;
  const error = new RequestError('PAYLOAD_TOO_LARGE', { message });
  return new GraphQLError(message, { extensions: extensionsOf(error) });
}

function tooManyOperations(max: number): GraphQLError {
  const error = new RequestError('OVERLOADED', { message: `At most ${max} operations may run on one socket.` });
  return new GraphQLError(error.message, { extensions: extensionsOf(error) });
}

/**
 * What graphql-ws gets in place of a result that is sent past it; undefined for one that it sends itself. It would serialise
 * each event again for each subscriber, and a large answer as a whole. To it, these look like subscriptions without events.
 */
function sentPast(operations: Operations, result: unknown, id: string, socket: WebSocket) {
  const begin = `{"id":${JSON.stringify(id)},"type":"next","payload":`;
  if (result instanceof Results) {
    const sendAll = () => result.sendAll((each, sent) => socket.send(`${begin}${textOf(each)}}`, sent));
    return withoutEvents(sendAll, () => result.return());
  }
  if (!isAnswer(result) || !operations.sizeOf(result).isLarge) return undefined;
  return withoutEvents(async () => {
    const pieces = [begin];
    for await (const piece of answerPieces(result)) pieces.push(piece);
    await new Promise((sent) => socket.send(`${pieces.join('')}}`, sent));
  });
}

function isAnswer(result: unknown): result is ExecutionResult {
  return typeof result === 'object' && result !== null && 'data' in result;
}

/** An iterator that ends when all was sent. */
function withoutEvents(sendAll: () => Promise<void>, end?: () => Promise<unknown>): AsyncIterableIterator<never> {
  const nothing: AsyncIterableIterator<never> = {
    async next() {
      await sendAll();
      return { value: undefined, done: true };
    },
    async return() {
      await end?.();
      return { value: undefined, done: true };
    },
    [Symbol.asyncIterator]: () => nothing,
  };
  return nothing;
}
