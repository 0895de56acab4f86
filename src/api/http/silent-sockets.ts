import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Closes sockets whose time without traffic is up, as Node would, but only those that are silent. After a pause of this
 * process its timers fire first, and what clients sent meanwhile is read afterwards.
 */
export function closeSilentSockets(server: Server): void {
  server.on('timeout', (socket: Socket) => {
    const { bytesRead } = socket;
    setImmediate(() => {
      if (socket.bytesRead === bytesRead) socket.destroy();
    });
  });
}
