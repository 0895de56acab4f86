import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Closes all responses of a connection that is lost. Node does so for the one that is being sent only: those of pipelined
 * requests that wait behind it would never emit `close`, and whatever is released then would be held forever.
 */
export function closeQueuedResponses(server: Server): void {
  const openBySocket = new WeakMap<Socket, Set<ServerResponse>>();

  function openOf(socket: Socket): Set<ServerResponse> {
    const known = openBySocket.get(socket);
    if (known !== undefined) return known;
    const open = new Set<ServerResponse>();
    openBySocket.set(socket, open);
    // After Node has closed the response that was being sent.
    socket.once('close', () => setImmediate(() => open.forEach(close)));
    return open;
  }

  server.prependListener('request', ({ socket }, response) => {
    const open = openOf(socket);
    open.add(response);
    response.once('close', () => open.delete(response));
  });
}

function close(response: ServerResponse): void {
  response.destroy();
  response.emit('close');
}
