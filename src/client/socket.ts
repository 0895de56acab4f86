import { createClient as createSocketClient, type Client as SocketClient } from 'graphql-ws/client';
import { untilAborted } from './backoff.ts';
import type { Endpoint } from './endpoint.ts';
import { errorOf, GraphQLRequestError, reasonOf, ServerUnreachableError } from './errors.ts';
import type { Connection, Subscribe } from './transport.ts';

/** A silent connection is asked for a sign of life this often, and given up when none comes in time. */
const pingEveryMs = 12_000;
const pongWithinMs = 6_000;

/** The server takes 100; some room is left for those that it has not noticed yet to be over. */
const subscriptionsPerSocket = 80;

interface Socket {
  client: SocketClient;
  isConnected: boolean;
  subscriptions: number;
}

/** Subscriptions over WebSocket. They share sockets: one opens with its first subscription and closes after its last. */
export function createSocketTransport(endpoint: Endpoint, webSocketImpl: unknown): Subscribe {
  const sockets: Socket[] = [];

  function socketWithRoom(): Socket {
    const found = sockets.find(({ subscriptions }) => subscriptions < subscriptionsPerSocket);
    if (found !== undefined) return found;
    const socket = openSocket(endpoint, webSocketImpl);
    sockets.push(socket);
    return socket;
  }

  return async function* subscribe(document, variables, connection) {
    const socket = socketWithRoom();
    socket.subscriptions++;
    try {
      yield* answersOf(endpoint, socket, { query: document.toString(), variables }, connection);
    } finally {
      socket.subscriptions--;
    }
  };
}

function openSocket(endpoint: Endpoint, webSocketImpl: unknown): Socket {
  let overdue: ReturnType<typeof setTimeout> | undefined;
  const client = createSocketClient({
    url: endpoint.webSocket,
    webSocketImpl,
    connectionParams: () => endpoint.credentials(),
    // Each subscription goes on from its own cursor, so trying again is up to them.
    retryAttempts: 0,
    connectionAckWaitTimeout: 10_000,
    keepAlive: pingEveryMs,
    on: {
      connected() {
        socket.isConnected = true;
      },
      ping(received) {
        if (!received) overdue = setTimeout(() => client.terminate(), pongWithinMs);
      },
      pong: () => clearTimeout(overdue),
      closed() {
        socket.isConnected = false;
        clearTimeout(overdue);
      },
    },
  });
  const socket: Socket = { client, isConnected: false, subscriptions: 0 };
  return socket;
}

async function* answersOf<Data>(
  { base }: Endpoint,
  { client, isConnected }: Socket,
  operation: { query: string; variables: Record<string, unknown> },
  { signal, onConnected }: Connection,
): AsyncGenerator<Data, void, undefined> {
  const stopListening = client.on('connected', onConnected);
  if (isConnected) onConnected();
  const answers = client.iterate<Data>(operation);
  try {
    for (;;) {
      const { value, done } = await untilAborted(answers.next(), signal).catch((error: unknown) => {
        signal.throwIfAborted();
        throw socketError(base, error);
      });
      if (done) return;
      const error = errorOf(value);
      if (error !== null) throw error;
      if (value.data) yield value.data;
    }
  } finally {
    stopListening();
    await answers.return?.();
  }
}

/** Close codes by which the server says that another try would end the same way. Not 4403: who may, may change. */
const refusals = [4400, 4401, 4406, 4409, 4429];

/** What ended a subscription: errors of its own, the close event of its socket, or what went wrong in it. */
function socketError(base: string, error: unknown): Error {
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
