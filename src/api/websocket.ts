import type { Server } from 'node:http';
import { type ExecutionArgs, GraphQLError } from 'graphql';
import { useServer as serveWebSocket } from 'graphql-ws/use/ws';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Logger } from '../ops/logger.ts';
import type { Authenticate, Caller } from './authenticate.ts';
import type { Graphql } from './graphql.ts';
import type { AddressLimits } from './http/address-limits.ts';
import { refuseUpgrade } from './http/answers.ts';
import { checkHost, checkOrigin, HttpError } from './http/guards.ts';
import { Results } from './results.ts';
import { textOf } from './shared-events.ts';

/** Of one message: a document and its variables. Files go by PUT. */
const maxMessageBytes = 1024 ** 2;
/** Subscriptions and queries at once on one socket. */
const maxOperations = 100;
/** Whoever does not say who he is. */
const unauthorized = 4401;

export interface WebSocketOptions {
  publicUrl: string;
  authenticate: Authenticate;
  /** A socket is asked for a sign of life this often, and closed if it gives none before the next time. */
  keepAliveMs: number;
  addressLimits: AddressLimits;
  logger: Logger;
}

/** GraphQL over WebSocket (graphql-transport-ws) at /graphql, through the same plugins as HTTP. */
export function serveGraphqlWs(
  server: Server,
  graphql: Graphql,
  { publicUrl, authenticate, keepAliveMs, addressLimits, logger }: WebSocketOptions,
): AsyncDisposable {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: maxMessageBytes });
  server.on('upgrade', (request, socket, head) => {
    // A client that resets the connection meanwhile must not end the process.
    socket.on('error', () => socket.destroy());
    try {
      checkHost(request, publicUrl);
      checkOrigin(request, publicUrl);
      if (new URL(request.url ?? '/', 'http://localhost').pathname !== '/graphql')
        throw new HttpError(404, 'WebSockets are at /graphql.');
      addressLimits.admit(request, socket);
    } catch (error) {
      refuseUpgrade(socket, error, logger);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (webSocket) => sockets.emit('connection', webSocket, request));
  });

  /** The functions of each operation's own envelope; graphql-ws hands the arguments from one hook to the next. */
  const envelopes = new WeakMap<ExecutionArgs, ReturnType<Graphql['yoga']['getEnveloped']>>();
  const callers = new WeakMap<WebSocket, Caller>();
  const service = serveWebSocket(
    {
      async onConnect({ connectionParams = {}, extra: { request, socket } }) {
        try {
          const caller = await authenticate({ headers: request.headers, connectionParams });
          if (caller !== null) callers.set(socket, caller);
          else socket.close(unauthorized, 'Unauthorized');
        } catch (error) {
          logger.warn({ err: error }, 'who connects by WebSocket cannot be told');
        }
        // Closes the socket with 4403 otherwise, if it is not closed yet.
        return callers.has(socket);
      },
      execute: (args) => envelopes.get(args)?.execute(args),
      subscribe: graphql.subscribe,
      onOperation: ({ extra }, id, _payload, _args, result) =>
        result instanceof Results ? sentPast(result, id, extra.socket) : undefined,
      async onSubscribe({ subscriptions, extra }, _id, payload) {
        if (Object.keys(subscriptions).length > maxOperations) {
          return [
            new GraphQLError(`At most ${maxOperations} operations may run on one socket.`, {
              extensions: { code: 'BAD_USER_INPUT' },
            }),
          ];
        }
        const caller = callers.get(extra.socket);
        if (caller === undefined) throw new Error('somebody subscribes who was not let in');
        const envelope = graphql.yoga.getEnveloped({ req: extra.request, params: payload, caller });
        try {
          const document = envelope.parse(payload.query);
          const errors = envelope.validate(envelope.schema, document);
          if (errors.length > 0) return errors;
          const args: ExecutionArgs = {
            schema: envelope.schema,
            document,
            operationName: payload.operationName,
            variableValues: payload.variables,
            contextValue: await envelope.contextFactory(),
          };
          envelopes.set(args, envelope);
          return args;
        } catch (error) {
          // A document that doesn't parse is the answer to this operation, no reason to close the socket.
          if (error instanceof GraphQLError) return [error];
          throw error;
        }
      },
    },
    sockets,
    keepAliveMs,
  );
  return {
    async [Symbol.asyncDispose]() {
      await service.dispose();
    },
  };
}

/**
 * What graphql-ws gets for a subscription. It sees to the beginning, the end and errors, but would serialise each result
 * anew for each subscriber: so they go past it, and to it this looks like a subscription without any.
 */
function sentPast(results: Results, id: string, socket: WebSocket): AsyncIterableIterator<never> {
  const begin = `{"id":${JSON.stringify(id)},"type":"next","payload":`;
  const nothing: AsyncIterableIterator<never> = {
    async next() {
      await results.sendAll((result, sent) => socket.send(`${begin}${textOf(result)}}`, sent));
      return { value: undefined, done: true };
    },
    async return() {
      await results.return();
      return { value: undefined, done: true };
    },
    [Symbol.asyncIterator]: () => nothing,
  };
  return nothing;
}
