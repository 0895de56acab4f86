import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { afterRunning, type RunningTimer } from '../../ops/running-time.ts';
import type { HeldBytes } from '../memory-budget.ts';
import { sendInPieces, stallMs } from './pieces.ts';

/** Unread bytes above which the server reads no further message from a client and executes nothing more for it. */
const fullBytes = 1024 ** 2;

/** A message, or the pieces of a large one. */
type Content = string | AsyncIterable<string>;
type Sent = () => void;

/**
 * Sends messages to the client of a WebSocket. Senders are called back when their message has been sent, or never will
 * be. A client that reads nothing from a full outbox for 30 seconds is disconnected.
 */
export class Outbox {
  readonly #webSocket: WebSocket;
  readonly #unsent: HeldBytes;
  /** Messages waiting until all pieces of another message are sent. */
  readonly #queue: { content: Content; sent: Sent }[] = [];
  #isInPieces = false;
  /** Callbacks for when the outbox is empty. */
  #drained: (() => void)[] = [];
  /** Number of frames sent. */
  #frames = 0;
  #stall: RunningTimer | null = null;

  /** `socket` is the TCP socket of the connection; `unsent` counts the bytes. */
  constructor(webSocket: WebSocket, socket: Duplex, unsent: HeldBytes) {
    this.#webSocket = webSocket;
    this.#unsent = unsent;
    socket.on('drain', () => this.#drain());
    webSocket.once('close', () => {
      this.#stall?.stop();
      unsent.release();
      this.#drain();
    });
  }

  get isFull(): boolean {
    return this.#webSocket.bufferedAmount > fullBytes;
  }

  /** Resolves when the outbox is not full. */
  async whenReady(): Promise<void> {
    while (this.isFull && this.#isOpen()) {
      this.#watch();
      await new Promise<void>((resolve) => this.#drained.push(resolve));
    }
  }

  send(content: Content, sent: Sent = () => undefined): void {
    if (this.#isInPieces) this.#queue.push({ content, sent });
    else if (typeof content === 'string') this.#write(content, { fin: true }, sent);
    else void this.#sendPieces(content, sent);
  }

  async #sendPieces(pieces: AsyncIterable<string>, sent: Sent): Promise<void> {
    this.#isInPieces = true;
    const write = (piece: string) => new Promise<void>((left) => this.#write(piece, { fin: false }, left));
    try {
      await sendInPieces(pieces, write, () => this.#isOpen());
      this.#write('', { fin: true }, sent);
    } catch {
      // The client is gone or does not read.
      this.#webSocket.terminate();
      sent();
    }
    this.#isInPieces = false;
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      this.send(next.content, next.sent);
      if (this.#isInPieces) return;
    }
  }

  #write(text: string, { fin }: { fin: boolean }, sent: Sent): void {
    const data = Buffer.from(text);
    this.#unsent.take(data.length);
    this.#webSocket.send(data, { fin, binary: false }, () => {
      this.#unsent.take(-data.length);
      this.#frames += 1;
      sent();
    });
    if (this.isFull) this.#watch();
  }

  #drain(): void {
    const drained = this.#drained;
    this.#drained = [];
    for (const resolve of drained) resolve();
  }

  #watch(): void {
    if (this.#stall !== null) return;
    const frames = this.#frames;
    this.#stall = afterRunning(stallMs, () => {
      this.#stall = null;
      if (!this.isFull) return;
      if (this.#frames === frames) this.#webSocket.terminate();
      else this.#watch();
    });
  }

  #isOpen(): boolean {
    return this.#webSocket.readyState === this.#webSocket.OPEN;
  }
}
