import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { BodyBudget } from './body-budget.ts';

/** What a masked control frame adds to its data. */
const controlFrameBytes = 6;

/**
 * Counts what a WebSocket has received of a message that is not complete as a body that is not: a client could keep parts
 * of many messages in memory, and answer pings all the while. A socket that has to give way is closed.
 */
export function holdMessages(webSocket: WebSocket, socket: Duplex, budget: BodyBudget, address: string): void {
  const open = () => budget.open(address, () => webSocket.terminate());
  let held = open();
  // Before ws reads the bytes, and perhaps completes a message with them.
  socket.prependListener('data', (chunk: Buffer) => held.take(chunk.length));
  const onControlFrame = (data: Buffer) => held.take(-(data.length + controlFrameBytes));
  webSocket.on('ping', onControlFrame);
  webSocket.on('pong', onControlFrame);
  webSocket.on('message', () => {
    held.release();
    held = open();
  });
  webSocket.once('close', () => held.release());
}
