import type { IncomingMessage } from 'node:http';
import pLimit from 'p-limit';
import type { WebSocket } from 'ws';
import type { Admission } from '../authenticate.ts';
import type { Inbox } from './inbox.ts';
import type { Outbox } from './outbox.ts';
import { SocketOperations } from './socket-operations.ts';

/** Time for a client to read why its socket is closed, in milliseconds. */
export const lingerMs = 1_000;

/** Queries and mutations of one socket that are executed at the same time; others wait. */
const executedAtOnce = 8;

export interface SocketClientOptions {
  webSocket: WebSocket;
  request: IncomingMessage;
  address: string;
  inbox: Inbox;
  outbox: Outbox;
}

/** A client that is connected by a WebSocket. */
export class SocketClient {
  readonly webSocket: WebSocket;
  readonly request: IncomingMessage;
  readonly address: string;
  readonly inbox: Inbox;
  readonly outbox: Outbox;
  readonly operations = new SocketOperations();
  /** Executes something when there is room for it. */
  readonly limit = pLimit(executedAtOnce);
  /** What graphql-ws knows as open, by id. */
  open: object = {};
  /** Null until it has said who it is. */
  admission: Admission | null = null;
  /** Operations that were refused because too many run already. */
  refusals = 0;

  constructor({ webSocket, request, address, inbox, outbox }: SocketClientOptions) {
    this.webSocket = webSocket;
    this.request = request;
    this.address = address;
    this.inbox = inbox;
    this.outbox = outbox;
  }

  /** Closes the socket and reads nothing more of what its client has sent, also not its answer. */
  dismiss(code: number, reason: string): void {
    this.webSocket.close(code, reason);
    this.webSocket.pause();
    const timer = setTimeout(() => this.webSocket.terminate(), lingerMs);
    this.webSocket.once('close', () => clearTimeout(timer));
  }
}
