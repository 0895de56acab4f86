import { type ExecutionArgs, type ExecutionResult, GraphQLError, type GraphQLSchema } from 'graphql';
import { type ConnectionInitMessage, makeServer, type Server } from 'graphql-ws';
import { RequestError } from '../../errors.ts';
import type { Logger } from '../../ops/logger.ts';
import type { Authenticate } from '../authenticate.ts';
import { clientOf } from '../caller.ts';
import { extensionsOf } from '../errors.ts';
import type { Operations } from '../operations.ts';
import type { Results } from './results.ts';
import { sendingOf } from './sending.ts';
import type { SocketClient } from './socket-client.ts';
import type { SocketOperation } from './socket-operations.ts';

/** Whoever does not say who he is. */
const unauthorized = 4401;
/** Closes a socket that goes on sending operations although each is refused; clients do not retry after this code. */
const tooManyRequests = 4429;
/** Of RFC 6455: what is kept or repeated of a message must be small. */
export const messageTooBig = 1009;

/** Operations beyond the maximum that are refused one by one before the socket is closed. */
const maxRefusals = 100;

/** Bytes of the subscriptions that are open on one socket: they are kept in memory as long as the socket likes. */
const maxSubscriptionBytes = 256 * 1024;

/** Each message about an operation repeats its id. */
const longestId = 256;

export interface ProtocolOptions {
  schema: GraphQLSchema;
  authenticate: Authenticate;
  /** Operations at the same time on one socket. */
  maxOperations: number;
  logger: Logger;
}

interface Admitted {
  operation: SocketOperation;
  run: () => Promise<ExecutionResult | Results>;
}

/** The protocol graphql-transport-ws: operations are admitted and run as over HTTP, and their results sent by `sendingOf`. */
export function createProtocol(
  operations: Operations,
  { schema, authenticate, maxOperations, logger }: ProtocolOptions,
): Server<SocketClient> {
  const isLarge = (result: ExecutionResult) => operations.sizeOf(result).isLarge;
  /** graphql-ws hands the arguments of an operation from one hook to the next. */
  const admittedBy = new WeakMap<ExecutionArgs, Admitted>();
  function admittedWith(args: ExecutionArgs): Admitted {
    const admitted = admittedBy.get(args);
    if (admitted === undefined) throw new Error('an operation is to run that was not admitted');
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
        const admission = await authenticate({ headers: request.headers, connectionParams, address });
        client.admission = admission;
        if (admission === null) {
          webSocket.close(unauthorized, 'Unauthorized');
        } else {
          const watch = admission.whenEnded(() => webSocket.close(unauthorized, 'Unauthorized'));
          webSocket.once('close', () => watch[Symbol.dispose]());
        }
      } catch (error) {
        if (!(error instanceof RequestError))
          logger.warn({ err: error }, 'the caller of a WebSocket could not be identified');
      }
      // Closes the socket with 4403 otherwise, if it is not closed yet.
      return client.admission !== null;
    },
    execute: runAdmitted,
    subscribe: runAdmitted,
    onSubscribe({ extra: client, subscriptions }, id, { query, operationName, variables }) {
      if (client.admission === null) throw new Error('an operation arrived on a socket without a caller');
      client.open = subscriptions;
      if (id.length > longestId) {
        client.dismiss(messageTooBig, 'The id is too long');
        return [new GraphQLError('The id is too long.')];
      }
      if (client.operations.count >= maxOperations) {
        client.refusals += 1;
        if (client.refusals > maxRefusals) client.dismiss(tooManyRequests, 'Too many operations');
        return [tooManyOperations(maxOperations)];
      }
      const { caller } = client.admission;
      const admitted = operations.admit({ query, operationName, variables }, caller);
      if ('errors' in admitted) return admitted.errors;
      const isSubscription = admitted.operation.operation === 'subscription';
      const subscriptionBytes = isSubscription ? JSON.stringify({ id, query, variables }).length : 0;
      if (subscriptionBytes + client.operations.subscriptionBytes > maxSubscriptionBytes)
        return [subscriptionsTooLarge()];
      const operation = client.operations.begin(id, subscriptionBytes);
      const requester = { caller, client: clientOf(caller, client.address), over: operation.over };
      const args: ExecutionArgs = { schema, document: admitted.document, operationName, variableValues: variables };
      const run = () => operations.run(admitted, requester);
      const runInTurn = () => client.limit(() => client.outbox.whenReady().then(run));
      admittedBy.set(args, { operation, run: isSubscription ? run : runInTurn });
      return args;
    },
    onOperation: ({ extra }, _id, _payload, args, result) =>
      sendingOf(result, admittedWith(args).operation, extra.outbox, isLarge),
  });
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
