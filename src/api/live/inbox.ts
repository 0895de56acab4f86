import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { inClientTurn } from '../answers/client-turns.ts';
import { takeReadTurn } from '../answers/turns.ts';
import { freeBytes, type HeldBytes, type MemoryBudget } from '../memory-budget.ts';
import type { Outbox } from './outbox.ts';

/** Bytes that a masked control frame adds to its data. */
const controlFrameBytes = 6;

export interface InboxOptions {
  webSocket: WebSocket;
  /** The TCP socket of the connection. */
  socket: Duplex;
  outbox: Outbox;
  budget: MemoryBudget;
  address: string;
}

/**
 * Reads the messages of a WebSocket one after another, each in its client's turn. While the client has too much unread
 * data, no message is read. The socket is paused in the meantime.
 *
 * Received bytes count as a request body. Otherwise a client could keep parts of many messages in memory while it
 * answers pings. A socket that must give way is closed. Large messages are read in turns; otherwise hundreds of them
 * would be unmasked and parsed without a pause.
 */
export class Inbox {
  readonly #options: InboxOptions;
  readonly #queue: { text: Buffer; held: HeldBytes }[] = [];
  #receive: (text: Buffer) => void = () => undefined;
  #isReading = false;
  /** Number of current reasons to pause the socket. */
  #pauses = 0;
  /** The message being received, and the bytes received since its last turn. */
  #held: HeldBytes;
  #partBytes = 0;

  constructor(options: InboxOptions) {
    this.#options = options;
    this.#held = this.#open();
    const { webSocket, socket } = options;
    // Before ws reads the bytes, and perhaps completes a message with them.
    socket.prependListener('data', (chunk: Buffer) => this.#arrived(chunk.length));
    const onControlFrame = (data: Buffer) => {
      this.#held.take(-(data.length + controlFrameBytes));
      this.#read();
    };
    webSocket.on('ping', onControlFrame);
    webSocket.on('pong', onControlFrame);
    webSocket.on('message', (text: Buffer) => {
      this.#queue.push({ text, held: this.#held });
      this.#held = this.#open();
      this.#partBytes = 0;
      this.#read();
    });
    webSocket.once('close', () => {
      this.#held.release();
      for (const { held } of this.#queue.splice(0)) held.release();
    });
  }

  /** Passes each message to `receive` when its turn comes. `receive` must not throw. */
  onMessage(receive: (text: Buffer) => void): void {
    this.#receive = receive;
  }

  #open(): HeldBytes {
    const { budget, address, webSocket } = this.#options;
    return budget.open(address, () => webSocket.terminate());
  }

  #arrived(bytes: number): void {
    this.#held.take(bytes);
    this.#partBytes += bytes;
    if (this.#partBytes <= freeBytes || this.#pauses > 0) return;
    void this.#paused(takeReadTurn());
  }

  #read(): void {
    const { webSocket, outbox, address } = this.#options;
    while (!this.#isReading && webSocket.readyState === webSocket.OPEN) {
      if (outbox.isFull) {
        this.#isReading = true;
        void this.#paused(outbox.whenReady()).then(() => {
          this.#isReading = false;
          this.#read();
        });
        return;
      }
      if (this.#queue.length === 0) return;
      this.#isReading = true;
      let isLater = false;
      inClientTurn(address, () => {
        this.#handOver();
        this.#isReading = false;
        if (!isLater) return;
        this.#read();
        this.#resume();
      });
      isLater = true;
      if (this.#isReading) this.#pause();
    }
  }

  #handOver(): void {
    const next = this.#queue.shift();
    if (next === undefined) return;
    const { webSocket } = this.#options;
    if (webSocket.readyState === webSocket.OPEN) this.#receive(next.text);
    next.held.release();
  }

  async #paused(until: Promise<void>): Promise<void> {
    this.#pause();
    await until;
    this.#resume();
  }

  #pause(): void {
    this.#pauses += 1;
    this.#options.webSocket.pause();
  }

  /** A socket that was closed in the meantime stays paused: nothing more is read from its client. */
  #resume(): void {
    this.#pauses -= 1;
    const { webSocket } = this.#options;
    if (this.#pauses === 0 && webSocket.readyState === webSocket.OPEN) webSocket.resume();
  }
}
