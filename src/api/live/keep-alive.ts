import type { WebSocket } from 'ws';
import { afterRunning } from '../../ops/running-time.ts';

/**
 * Pings a client every `everyMs`, and closes its socket if nothing has arrived since the last ping. Counts only running
 * time of this process: after a pause of its own, every client still has its full time to respond.
 */
export function keepAlive(socket: WebSocket, everyMs: number): void {
  let heard = true;
  let timer = afterRunning(everyMs, beat);
  const hear = () => {
    heard = true;
  };
  socket.on('pong', hear);
  socket.on('message', hear);
  socket.once('close', () => timer.stop());

  function beat(): void {
    if (!heard) {
      socket.terminate();
      return;
    }
    heard = false;
    if (socket.readyState === socket.OPEN) socket.ping();
    timer = afterRunning(everyMs, beat);
  }
}
