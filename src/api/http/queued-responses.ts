import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { RequestError } from '../../errors.ts';

/** Maximum requests that a client may send on one connection before it has the response to the first (pipelining). */
const maxPipelined = 32;

/** The responses of each connection, which are sent in the order of the requests. */
export interface QueuedResponses {
  /**
   * Throws OVERLOADED for the first request beyond the maximum of its connection, which is closed after the response.
   */
  admit(request: IncomingMessage): void;
  /** Whether the request came after one that was not admitted, so that it gets no response. */
  ignores(request: IncomingMessage): boolean;
  /** Whether a response is being sent on a connection. */
  haveBegun(socket: Socket): boolean;
}

/**
 * Closes all responses of a lost connection. Node closes only the response that is being sent. The responses of
 * pipelined requests behind it would never emit `close`, and resources that are released on `close` would be held
 * forever.
 */
export function trackQueuedResponses(server: Server): QueuedResponses {
  const openBySocket = new WeakMap<Socket, Set<ServerResponse>>();

  function openOf(socket: Socket): Set<ServerResponse> {
    const known = openBySocket.get(socket);
    if (known !== undefined) return known;
    const open = new Set<ServerResponse>();
    openBySocket.set(socket, open);
    // Runs after Node has closed the response that was being sent.
    socket.once('close', () => setImmediate(() => open.forEach(close)));
    return open;
  }

  server.prependListener('request', ({ socket }, response) => {
    const open = openOf(socket);
    open.add(response);
    response.once('close', () => open.delete(response));
  });

  return {
    admit({ socket }) {
      if (openOf(socket).size <= maxPipelined) return;
      // Hundreds of small requests may be in the bytes already read.
      socket.pause();
      const message = `At most ${maxPipelined} requests of a connection may wait for their responses.`;
      throw new RequestError('OVERLOADED', { message, limit: 'pipelined_requests' });
    },
    ignores: ({ socket }) => openOf(socket).size > maxPipelined + 1,
    haveBegun: (socket) => [...(openBySocket.get(socket) ?? [])].some(({ headersSent }) => headersSent),
  };
}

function close(response: ServerResponse): void {
  response.destroy();
  response.emit('close');
}
