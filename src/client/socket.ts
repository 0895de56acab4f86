import { createClient as createSocketClient, type Client as SocketClient } from 'graphql-ws/client';
import type { Endpoint } from './endpoint.ts';
import { errorOf, GraphQLRequestError, reasonOf, ServerUnreachableError } from './errors.ts';

/** A silent connection is asked for a sign of life this often, and given up when none comes in time. */
const pingEveryMs = 12_000;
const pongWithinMs = 6_000;

/** One socket for all subscriptions of a client: opened with the first, closed after the last. */
export function createSocket(endpoint: Endpoint, webSocketImpl: unknown): SocketClient {
  let overdue: ReturnType<typeof setTimeout> | undefined;
  const socket = createSocketClient({
    url: endpoint.webSocket,
    webSocketImpl,
    // Each subscription goes on from its own cursor, so trying again is up to them.
    retryAttempts: 0,
    connectionAckWaitTimeout: 10_000,
    keepAlive: pingEveryMs,
    on: {
      ping(received) {
        if (!received) overdue = setTimeout(() => socket.terminate(), pongWithinMs);
      },
      pong: () => clearTimeout(overdue),
      closed: () => clearTimeout(overdue),
    },
  });
  return socket;
}

/** Close codes by which the server says that another try would end the same way. */
const refusals = [4400, 4401, 4403, 4406, 4409, 4429];

/** What ended a subscription: errors of its own, the close event of its socket, or what went wrong in it. */
export function socketError(base: string, error: unknown): Error {
  const refused = errorOf({ errors: error });
  if (refused !== null) return refused;
  if (!isCloseEvent(error)) return new ServerUnreachableError(base, reasonOf(error), { cause: error });
  const reason = `the connection was closed (${[error.code, error.reason].join(' ').trim()})`;
  if (refusals.includes(error.code)) return new GraphQLRequestError('CONNECTION_REFUSED', reason);
  return new ServerUnreachableError(base, reason, { cause: error });
}

function isCloseEvent(error: unknown): error is { code: number; reason: string } {
  return (
    typeof error === 'object' &&
    error !== null &&
    'code' in error &&
    'reason' in error &&
    typeof error.code === 'number'
  );
}
