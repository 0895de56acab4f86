import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Closes sockets that exceed the timeout of the server, as Node.js does, unless data has just arrived. After a pause of
 * this process, timers fire before the data that clients sent during the pause is read.
 */
export function closeSilentSockets(server: Server): void {
  server.on('timeout', (socket: Socket) => {
    const { bytesRead } = socket;
    setImmediate(() => {
      if (socket.bytesRead === bytesRead) socket.destroy();
    });
  });
}
