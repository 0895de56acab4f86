import type { WebSocket } from 'ws';
import { afterRunning } from '../../ops/running-time.ts';

/**
 * Pings a client every `everyMs`, and closes its socket if nothing has arrived since the last ping. Counts only running
 * time of this process: after a pause of its own, every client still has its full time to respond. Nothing can
 * arrive while the socket is paused, either.
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
    if (!heard && !socket.isPaused) {
      socket.terminate();
      return;
    }
    if (!socket.isPaused) {
      heard = false;
      if (socket.readyState === socket.OPEN) socket.ping();
    }
    timer = afterRunning(everyMs, beat);
  }
}

/**
 * Answers the pings of a client, of those that arrive together the last, as RFC 6455 permits: an answer to each would be
 * many times the work of the pings. The server must not answer them itself.
 */
export function answerPings(socket: WebSocket): void {
  let last: Buffer | null = null;
  socket.on('ping', (data) => {
    if (last === null) setImmediate(answer);
    last = data;
  });

  function answer(): void {
    if (last !== null && socket.readyState === socket.OPEN) socket.pong(last);
    last = null;
  }
}
