import type { IncomingMessage } from 'node:http';
import pLimit from 'p-limit';
import type { WebSocket } from 'ws';
import type { Admission } from '../authenticate.ts';
import type { Inbox } from './inbox.ts';
import type { Outbox } from './outbox.ts';
import { SocketOperations } from './socket-operations.ts';

/** Time that a client gets to read why its socket is closed, in milliseconds. */
export const lingerMs = 1_000;

/** Maximum concurrent queries and mutations of one socket; others wait. */
const executedAtOnce = 8;

export interface SocketClientOptions {
  webSocket: WebSocket;
  request: IncomingMessage;
  address: string;
  inbox: Inbox;
  outbox: Outbox;
}

/** A client connected over WebSocket. */
export class SocketClient {
  readonly webSocket: WebSocket;
  readonly request: IncomingMessage;
  readonly address: string;
  readonly inbox: Inbox;
  readonly outbox: Outbox;
  readonly operations = new SocketOperations();
  /** Runs a query or mutation when fewer than the maximum run. */
  readonly limit = pLimit(executedAtOnce);
  /** The operations that graphql-ws considers open, by id. */
  open: object = {};
  /** Null until the client has authenticated, and once its credentials are no longer valid. */
  admission: Admission | null = null;
  /** Number of operations refused because too many were running. */
  refusals = 0;

  constructor({ webSocket, request, address, inbox, outbox }: SocketClientOptions) {
    this.webSocket = webSocket;
    this.request = request;
    this.address = address;
    this.inbox = inbox;
    this.outbox = outbox;
  }

  /** Closes the socket of a client whose credentials are no longer valid. No further operation runs. */
  expel(code: number, reason: string): void {
    this.admission = null;
    this.webSocket.close(code, reason);
    this.#terminateSoon();
  }

  /** Closes the socket and reads nothing more from the client, not even its close frame. */
  dismiss(code: number, reason: string): void {
    this.webSocket.close(code, reason);
    this.webSocket.pause();
    this.#terminateSoon();
  }

  /** The client may never close its side. */
  #terminateSoon(): void {
    const timer = setTimeout(() => this.webSocket.terminate(), lingerMs);
    this.webSocket.once('close', () => clearTimeout(timer));
  }
}
