import type { WebSocket } from 'ws';
import { afterRunning } from '../../ops/running-time.ts';

/**
 * Pings a client every `everyMs`, and closes its socket if nothing has arrived since the last ping. Counts only time
 * during which this process runs: after the process was stopped, every client still has its full time to respond.
 * A paused socket is neither pinged nor closed, because nothing can arrive on it.
 */
export function keepAlive(socket: WebSocket, everyMs: number): void {
  let isAlive = true;
  let timer = afterRunning(everyMs, beat);
  const markAlive = () => {
    isAlive = true;
  };
  socket.on('pong', markAlive);
  socket.on('message', markAlive);
  socket.once('close', () => timer.stop());

  function beat(): void {
    if (!isAlive && !socket.isPaused) {
      socket.terminate();
      return;
    }
    if (!socket.isPaused) {
      isAlive = false;
      if (socket.readyState === socket.OPEN) socket.ping();
    }
    timer = afterRunning(everyMs, beat);
  }
}

/**
 * Answers the pings of a client. If several arrive together, it answers only the last, as RFC 6455 permits: answering
 * each would be far more work than sending them. Disable the server's automatic pongs.
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
