import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { handleProtocols } from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { withLogFields } from '../../ops/log-fields.ts';
import type { ProcessMetrics } from '../../ops/process-metrics.ts';
import { requestIdOf } from '../../ops/request-id.ts';
import type { AddressLimits } from '../http/address-limits.ts';
import { refuseSocket } from '../http/answers.ts';
import { checkHost, HttpError } from '../http/guards.ts';
import { checkJson } from '../http/json-body.ts';
import type { Origins } from '../http/origins.ts';
import type { MemoryBudget } from '../memory-budget.ts';
import type { Operations } from '../operations.ts';
import { Inbox } from './inbox.ts';
import { answerPings, keepAlive } from './keep-alive.ts';
import { Outbox } from './outbox.ts';
import { createProtocol, messageTooBig, type ProtocolOptions } from './protocol.ts';
import { lingerMs, SocketClient } from './socket-client.ts';

/** Maximum size of one message, a document and its variables, in bytes. Files are sent by PUT. */
const maxMessageBytes = 1024 ** 2;
/** Maximum length of `connection_init`, in bytes. graphql-ws keeps it as long as the socket is open. */
const maxIntroduction = 16 * 1024;
/** Maximum length of a ping's payload, in characters: the pong repeats it. */
const maxPingPayload = 1024;

export interface WebSocketOptions extends ProtocolOptions {
  publicUrl: string;
  origins: Origins;
  /** Interval between pings, in milliseconds. A socket that does not respond within it is closed. */
  keepAliveMs: number;
  addressLimits: AddressLimits;
  /** The address that identifies a client for limits and turns. */
  addressOf: (request: IncomingMessage) => string;
  /** Budgets of bytes in memory: received from clients, and not yet read by them. */
  budgets: { received: MemoryBudget; unsent: MemoryBudget };
  metrics: ProcessMetrics;
}

/** Completes the path of a request to a URL. */
const base = 'http://localhost';

/** GraphQL over WebSocket (graphql-transport-ws) at /graphql. */
export function serveGraphqlWs(server: Server, operations: Operations, options: WebSocketOptions): AsyncDisposable {
  const { publicUrl, origins, addressLimits, addressOf, budgets, keepAliveMs, metrics, logger } = options;
  const protocol = createProtocol(operations, options);
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: maxMessageBytes,
    handleProtocols,
    autoPong: false,
  });
  server.on('upgrade', (request, socket, head) => {
    // Without a listener, a client that resets the connection would end the process.
    socket.on('error', () => socket.destroy());
    try {
      checkHost(request, publicUrl);
      origins.check(request);
      const { url = '/' } = request;
      // Such as //, which names no host.
      if (!URL.canParse(url, base) || new URL(url, base).pathname !== '/graphql')
        throw new HttpError(404, 'WebSockets are at /graphql.');
      addressLimits.admit(request, socket);
    } catch (error) {
      // A page must not learn why it may not connect.
      const status = error instanceof HttpError ? { status: 403 } : {};
      refuseSocket(socket, error, { publicUrl, logger, metrics, ...status });
      return;
    }
    sockets.handleUpgrade(request, socket, head, (webSocket) => open(webSocket, socket, request));
  });

  sockets.on('headers', (headers, request) => headers.push(`x-request-id: ${requestIdOf(request)}`));
  sockets.on('wsClientError', ({ message }, socket) => {
    const error = new HttpError(400, `The WebSocket handshake is not valid: ${message}.`);
    refuseSocket(socket, error, { publicUrl, logger, metrics, headers: { 'sec-websocket-version': '13' } });
  });

  function open(webSocket: WebSocket, socket: Duplex, request: IncomingMessage): void {
    const address = addressOf(request);
    const unsent = budgets.unsent.open(address, () => webSocket.terminate());
    const outbox = new Outbox(webSocket, socket, unsent);
    const inbox = new Inbox({ webSocket, socket, outbox, budget: budgets.received, address });
    const client = new SocketClient({ webSocket, request, address, inbox, outbox });
    // ws closes the socket with a matching code.
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
            if (!isWithinLimits(text)) {
              client.dismiss(messageTooBig, 'The message has too many values or levels');
              return;
            }
            const fields = { request: requestIdOf(client.request) };
            withLogFields(fields, () => receive(String(text)).catch((error) => fail(client, error)));
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

  /** Logs the error and closes the socket; does nothing if it is already closing. */
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

/** Whether a message can be parsed: the limits are those of a request over HTTP. */
function isWithinLimits(text: Buffer): boolean {
  try {
    checkJson(text);
    return true;
  } catch {
    return false;
  }
}
