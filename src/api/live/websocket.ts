import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { handleProtocols } from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';
import type { AddressLimits } from '../http/address-limits.ts';
import { refuseUpgrade } from '../http/answers.ts';
import { checkHost, HttpError } from '../http/guards.ts';
import type { Origins } from '../http/origins.ts';
import type { MemoryBudget } from '../memory-budget.ts';
import type { Operations } from '../operations.ts';
import { Inbox } from './inbox.ts';
import { answerPings, keepAlive } from './keep-alive.ts';
import { Outbox } from './outbox.ts';
import { createProtocol, messageTooBig, type ProtocolOptions } from './protocol.ts';
import { lingerMs, SocketClient } from './socket-client.ts';

/** Of one message: a document and its variables. Files go by PUT. */
const maxMessageBytes = 1024 ** 2;
/** Of the message that says who a client is, which is kept as long as the socket is open. */
const maxIntroduction = 16 * 1024;
/** Of the payload of a ping, which is repeated in the answer. */
const maxPingPayload = 1024;

export interface WebSocketOptions extends ProtocolOptions {
  publicUrl: string;
  origins: Origins;
  /** A socket is asked for a sign of life this often, and closed if it gives none before the next time. */
  keepAliveMs: number;
  addressLimits: AddressLimits;
  /** What a client is known by to those that share something with it. */
  addressOf: (request: IncomingMessage) => string;
  /** Bytes in memory: of what clients have sent, and of what they have not read. */
  budgets: { received: MemoryBudget; unsent: MemoryBudget };
}

/** GraphQL over WebSocket (graphql-transport-ws) at /graphql. */
export function serveGraphqlWs(server: Server, operations: Operations, options: WebSocketOptions): AsyncDisposable {
  const { publicUrl, origins, addressLimits, addressOf, budgets, keepAliveMs, logger } = options;
  const protocol = createProtocol(operations, options);
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: maxMessageBytes,
    handleProtocols,
    autoPong: false,
  });
  server.on('upgrade', (request, socket, head) => {
    // A client that resets the connection meanwhile must not end the process.
    socket.on('error', () => socket.destroy());
    try {
      checkHost(request, publicUrl);
      origins.check(request);
      if (new URL(request.url ?? '/', 'http://localhost').pathname !== '/graphql')
        throw new HttpError(404, 'WebSockets are at /graphql.');
      addressLimits.admit(request, socket);
    } catch (error) {
      refuseUpgrade(socket, error, logger);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (webSocket) => open(webSocket, socket, request));
  });

  function open(webSocket: WebSocket, socket: Duplex, request: IncomingMessage): void {
    const address = addressOf(request);
    const unsent = budgets.unsent.open(address, () => webSocket.terminate());
    const outbox = new Outbox(webSocket, socket, unsent);
    const inbox = new Inbox({ webSocket, socket, outbox, budget: budgets.received, address });
    const client = new SocketClient({ webSocket, request, address, inbox, outbox });
    // ws closes the socket itself, with a code that says what is wrong.
    webSocket.on('error', (error) => logger.debug({ err: error, address }, 'a WebSocket failed'));
    keepAlive(webSocket, keepAliveMs);
    answerPings(webSocket);
    speak(client);
  }

  /** Connects a client with the protocol. */
  function speak(client: SocketClient): void {
    const { webSocket, inbox, outbox } = client;
    const closed = protocol.opened(
      {
        protocol: webSocket.protocol,
        send: (text) => new Promise((sent) => outbox.send(text, sent)),
        close: (code, reason) => webSocket.close(code, reason),
        onMessage(receive) {
          inbox.onMessage((text) => {
            if (client.admission === null && text.length > maxIntroduction) {
              client.dismiss(messageTooBig, 'The message is too big');
              return;
            }
            receive(text).catch((error) => fail(client, error));
            client.operations.abortExcept(client.open);
          });
        },
        onPing(payload) {
          const text = payload === undefined ? '' : `,"payload":${JSON.stringify(payload)}`;
          if (text.length > maxPingPayload) client.dismiss(messageTooBig, 'The payload of the ping is too big');
          else outbox.send(`{"type":"pong"${text}}`);
        },
      },
      client,
    );
    webSocket.once('close', (code, reason) => {
      client.operations.abortExcept({});
      closed(code, String(reason)).catch((error) => fail(client, error));
    });
  }

  /** One line for each socket, which is closed. */
  function fail({ webSocket }: SocketClient, error: unknown): void {
    if (webSocket.readyState !== webSocket.OPEN) return;
    logger.error({ err: error }, 'a message of a WebSocket could not be handled');
    webSocket.close(4500, 'Internal server error');
  }

  return {
    async [Symbol.asyncDispose]() {
      for (const webSocket of sockets.clients) webSocket.close(1001, 'Going away');
      const timer = setTimeout(() => {
        for (const webSocket of sockets.clients) webSocket.terminate();
      }, lingerMs);
      await new Promise<void>((resolve) => sockets.close(() => resolve()));
      clearTimeout(timer);
    },
  };
}
