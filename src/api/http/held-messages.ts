import type { Duplex } from 'node:stream';
import { WebSocket } from 'ws';
import { takeReadTurn } from '../answers/turns.ts';
import { type BodyBudget, freeBytes } from './body-budget.ts';

/** What a masked control frame adds to its data. */
const controlFrameBytes = 6;

/**
 * Counts what a WebSocket has received of a message that is not complete as a body that is not: a client could keep parts
 * of many messages in memory, and answer pings all the while. A socket that has to give way is closed.
 *
 * Large messages are read in turns: hundreds that arrive at the same time would otherwise be unmasked and parsed without a
 * pause.
 */
export function holdMessages(webSocket: WebSocket, socket: Duplex, budget: BodyBudget, address: string): void {
  const open = () => budget.open(address, () => webSocket.terminate());
  let held = open();
  let partBytes = 0;
  // Before ws reads the bytes, and perhaps completes a message with them.
  socket.prependListener('data', (chunk: Buffer) => {
    held.take(chunk.length);
    partBytes += chunk.length;
    if (partBytes > freeBytes) void waitForTurn(webSocket);
  });
  const onControlFrame = (data: Buffer) => held.take(-(data.length + controlFrameBytes));
  webSocket.on('ping', onControlFrame);
  webSocket.on('pong', onControlFrame);
  webSocket.on('message', () => {
    held.release();
    held = open();
    partBytes = 0;
  });
  webSocket.once('close', () => held.release());
}

/** A socket that is closed meanwhile stays paused: what its client still sends is not read. */
async function waitForTurn(webSocket: WebSocket): Promise<void> {
  if (webSocket.isPaused) return;
  webSocket.pause();
  await takeReadTurn();
  if (webSocket.readyState === WebSocket.OPEN) webSocket.resume();
}
