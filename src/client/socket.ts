import { createClient as createSocketClient, type Client as SocketClient } from 'graphql-ws/client';
import { untilAborted, within } from './backoff.ts';
import type { Endpoint } from './endpoint.ts';
import { errorOf, GraphQLRequestError, reasonOf, ServerUnreachableError } from './errors.ts';
import { originRefusal } from './origin.ts';
import type { Connection, Subscribe } from './transport.ts';

/** Interval of pings on a silent connection, in milliseconds. Without a pong in time, the connection is closed. */
const pingEveryMs = 12_000;
const pongWithinMs = 6_000;

/** Maximum time to open a connection, in milliseconds. The server that accepted it may be dead. */
const openWithinMs = 30_000;

/** The server accepts 100. The margin is for subscriptions whose end it has not noticed yet. */
const subscriptionsPerSocket = 80;

interface Socket {
  client: SocketClient;
  isConnected: boolean;
  /** Did not open in time. It may still open later, but gets no more subscriptions. */
  isGivenUp: boolean;
  subscriptions: number;
}

/**
 * Subscriptions over WebSocket. They share sockets: one opens with its first subscription and closes after its last.
 */
export function createSocketTransport(endpoint: Endpoint, webSocketImpl: unknown): Subscribe {
  const sockets: Socket[] = [];

  function socketWithRoom(): Socket {
    const found = sockets.find(({ isGivenUp, subscriptions }) => !isGivenUp && subscriptions < subscriptionsPerSocket);
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
      if (socket.isGivenUp && socket.subscriptions === 0) sockets.splice(sockets.indexOf(socket), 1);
    }
  };
}

function openSocket(endpoint: Endpoint, webSocketImpl: unknown): Socket {
  let overdue: ReturnType<typeof setTimeout> | undefined;
  const client = createSocketClient({
    url: endpoint.webSocket,
    webSocketImpl,
    connectionParams: () => endpoint.credentials(),
    // Subscriptions resume from their own cursors, so each of them reconnects itself.
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
  const socket: Socket = { client, isConnected: false, isGivenUp: false, subscriptions: 0 };
  return socket;
}

async function* answersOf<Data>(
  { base }: Endpoint,
  socket: Socket,
  operation: { query: string; variables: Record<string, unknown> },
  { signal, onConnected }: Connection,
): AsyncGenerator<Data, void, undefined> {
  const { client, isConnected } = socket;
  let wasAccepted = isConnected;
  const stopListening = client.on('connected', () => {
    wasAccepted = true;
    onConnected();
  });
  if (isConnected) onConnected();
  const answers = client.iterate<Data>(operation);
  function settled<T>(promise: Promise<T>): Promise<T> {
    return untilAborted(promise, signal).catch(async (error: unknown) => {
      signal.throwIfAborted();
      const reason = socketError(base, error, wasAccepted);
      throw reason instanceof ServerUnreachableError ? ((await originRefusal(base)) ?? reason) : reason;
    });
  }
  try {
    const first = answers.next();
    if (!isConnected) {
      await within(openWithinMs, settled(Promise.race([first, whenConnected(client)])), () => {
        socket.isGivenUp = true;
        return new ServerUnreachableError(base, 'the connection did not open in time');
      });
    }
    for (let next = first; ; next = answers.next()) {
      const { value, done } = await settled(next);
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

function whenConnected(client: SocketClient): Promise<void> {
  return new Promise((resolve) => {
    const stopListening = client.on('connected', () => {
      stopListening();
      resolve();
    });
  });
}

/** The close code for a missing or invalid key. */
const unauthorized = 4401;

/**
 * Close codes after which another attempt would fail the same way. Excludes 4403: the server could not check the key,
 * but may later.
 */
const refusals = [1009, 4400, 4406, 4409, 4429];

/** Returns the error that ended a subscription: its own errors, the close event of its socket, or another failure. */
function socketError(base: string, error: unknown, wasAccepted: boolean): Error {
  const refused = errorOf({ errors: error });
  if (refused !== null) return refused;
  if (!isCloseEvent(error)) return new ServerUnreachableError(base, reasonOf(error), { cause: error });
  const reason = `the connection was closed (${[error.code, error.reason].join(' ').trim()})`;
  // The token has expired, and a new one may exist by now. Otherwise, the next connection is refused.
  if (error.code === unauthorized && !wasAccepted)
    return new GraphQLRequestError('UNAUTHENTICATED', 'The server does not accept the API key, or requires one.');
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
