import { type ExecutionArgs, type ExecutionResult, GraphQLError, type GraphQLSchema } from 'graphql';
import { type ConnectionInitMessage, makeServer, type Server } from 'graphql-ws';
import { RequestError } from '../../errors.ts';
import type { Logger } from '../../ops/logger.ts';
import { takeClientTurn } from '../answers/client-turns.ts';
import type { Authenticate } from '../authenticate.ts';
import { clientOf } from '../caller.ts';
import { extensionsOf } from '../errors.ts';
import type { Origins } from '../http/origins.ts';
import type { Operations, Refusal } from '../operations.ts';
import type { Results } from './results.ts';
import { sendingOf } from './sending.ts';
import type { SocketClient } from './socket-client.ts';
import type { SocketOperation } from './socket-operations.ts';

/** Close code for a client without valid credentials. */
const unauthorized = 4401;
/** Close code for a client that keeps sending operations although each is refused. Clients do not retry after it. */
const tooManyRequests = 4429;
/** Close code of RFC 6455 for a message whose kept or repeated parts are too large. */
export const messageTooBig = 1009;

/** Maximum operations refused one by one before the socket is closed. */
const maxRefusals = 100;

/** Maximum bytes of the open subscriptions of one socket: they stay in memory as long as the client wants. */
const maxSubscriptionBytes = 256 * 1024;

/** Maximum length of an operation id, in characters: each message about the operation repeats it. */
const longestId = 256;

export interface ProtocolOptions {
  schema: GraphQLSchema;
  authenticate: Authenticate;
  origins: Origins;
  /** Maximum concurrent operations on one socket. */
  maxOperations: number;
  logger: Logger;
}

interface Admitted {
  operation: SocketOperation;
  run: () => Promise<ExecutionResult | Results>;
}

/** The protocol graphql-transport-ws. Operations are admitted and run as over HTTP; `sendingOf` sends their results. */
export function createProtocol(
  operations: Operations,
  { schema, authenticate, origins, maxOperations, logger }: ProtocolOptions,
): Server<SocketClient> {
  const isLarge = (result: ExecutionResult) => operations.sizeOf(result).isLarge;
  /** graphql-ws passes the arguments of an operation from one hook to the next. */
  const admittedBy = new WeakMap<ExecutionArgs, Admitted>();
  function admittedWith(args: ExecutionArgs): Admitted {
    const admitted = admittedBy.get(args);
    if (admitted === undefined) throw new Error('an operation was not admitted before it ran');
    return admitted;
  }
  async function runAdmitted(args: ExecutionArgs) {
    const { operation, run } = admittedWith(args);
    try {
      return await run();
    } catch (error) {
      operation.end();
      throw error;
    }
  }
  return makeServer<ConnectionInitMessage['payload'], SocketClient>({
    async onConnect({ connectionParams = {}, extra: client }) {
      const { request, webSocket, address } = client;
      try {
        // Browsers add the password that they remember for this server to the handshakes of any page.
        const headers = origins.isOwn(request) ? request.headers : {};
        const admission = await authenticate({ headers, connectionParams, address });
        client.admission = admission;
        if (admission === null) {
          webSocket.close(unauthorized, 'Unauthorized');
        } else {
          const watch = admission.whenEnded(() => client.expel(unauthorized, 'Unauthorized'));
          if (webSocket.readyState === webSocket.CLOSED) watch[Symbol.dispose]();
          else webSocket.once('close', () => watch[Symbol.dispose]());
        }
      } catch (error) {
        if (error instanceof RequestError && error.code === 'UNAUTHENTICATED')
          webSocket.close(unauthorized, error.message);
        else if (!(error instanceof RequestError))
          logger.warn({ err: error }, 'the caller of a WebSocket could not be identified');
      }
      // If false, graphql-ws closes the socket with 4403, unless it is already closed.
      return client.admission !== null;
    },
    execute: runAdmitted,
    subscribe: runAdmitted,
    async onSubscribe({ extra: client, subscriptions }, id, { query, operationName, variables }) {
      if (client.admission === null) throw new Error('an operation arrived on a socket without a caller');
      client.open = subscriptions;
      if (id.length > longestId) {
        client.dismiss(messageTooBig, 'The id is too long');
        return [new GraphQLError('The id is too long.')];
      }
      if (client.operations.count >= maxOperations) {
        client.refusals += 1;
        if (client.refusals > maxRefusals) client.dismiss(tooManyRequests, 'Too many operations');
        return operations.refuse(tooManyOperations(maxOperations)).errors;
      }
      const { caller } = client.admission;
      const operation = client.operations.begin(id);
      const refuse = ({ errors }: Refusal) => {
        operation.end();
        return errors;
      };
      // Before anything that costs more: refused operations must not slow others.
      const { rateLimit, refusal } = await operations.enter(caller).catch((error: unknown) => {
        operation.end();
        throw error;
      });
      if (refusal !== null) return refuse(refusal);
      await takeClientTurn(clientOf(caller));
      const admitted = operations.admit({ query, operationName, variables }, caller);
      if ('errors' in admitted) return refuse(admitted);
      const isSubscription = admitted.operation.operation === 'subscription';
      if (isSubscription) operation.subscriptionBytes = JSON.stringify({ id, query, variables }).length;
      if (client.operations.subscriptionBytes > maxSubscriptionBytes)
        return refuse(operations.refuse(subscriptionsTooLarge()));
      const requester = { caller, client: clientOf(caller), traceparent: null, over: operation.over };
      const args: ExecutionArgs = { schema, document: admitted.document, operationName, variableValues: variables };
      const run = async () => {
        // The operation may have waited for its turn while the key was revoked.
        if (client.admission === null) return { errors: [unauthenticated()] };
        return await operations.run(admitted, { ...requester, rateLimit });
      };
      const runInTurn = () => client.limit(() => client.outbox.whenReady().then(run));
      admittedBy.set(args, { operation, run: isSubscription ? run : runInTurn });
      return args;
    },
    onOperation: ({ extra }, _id, _payload, args, result) =>
      sendingOf(result, admittedWith(args).operation, extra.outbox, isLarge),
  });
}

function unauthenticated(): GraphQLError {
  const error = new RequestError('UNAUTHENTICATED');
  return new GraphQLError(error.message, { extensions: extensionsOf(error) });
}

function subscriptionsTooLarge(): RequestError {
  const message = `The subscriptions of one socket must not exceed ${maxSubscriptionBytes} bytes together.`;
  return new RequestError('PAYLOAD_TOO_LARGE', { message, limit: 'subscription_bytes' });
}

function tooManyOperations(max: number): RequestError {
  const message = `At most ${max} operations may run on one socket.`;
  return new RequestError('OVERLOADED', { message, limit: 'socket_operations' });
}
