import { once } from 'node:events';
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import type { Logger } from '../../ops/logger.ts';
import { type RequestErrorCode, requestErrors } from '../../request-errors.ts';
import { extensionsOf, retryAfterOf, toRequestError } from '../errors.ts';
import { HttpError, opensPage } from './guards.ts';

/** How long what a refused client still sends is read and dropped, in milliseconds. */
const lingerMs = 2_000;

/**
 * How to show a key (RFC 9110). Browsers ask for a name and password when they see Basic, which only helps where a page is
 * opened: a script that calls the API must get its error instead.
 */
const challenge = 'Bearer realm="Pagehive"';
const pageChallenge = `${challenge}, Basic realm="Pagehive", charset="UTF-8"`;

/** Answers with JSON. */
export function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

/** Answers a request that failed, if it can still be answered, and closes its connection. */
export async function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  error: unknown,
  logger: Logger,
): Promise<void> {
  // The client disconnected, or an answer that has begun cannot be finished.
  if (response.headersSent || request.socket.destroyed) {
    response.destroy();
    return;
  }
  const { status, headers, body } = refusal(error, logger);
  if (status === 401) headers['www-authenticate'] = opensPage(request) ? pageChallenge : challenge;
  const content = Buffer.from(JSON.stringify(body));
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': content.length,
    connection: 'close',
    ...headers,
  });
  response.write(content);
  await drain(request);
  response.end();
}

/** Answers the request for a WebSocket that is refused, and closes its socket. */
export function refuseUpgrade(socket: Duplex, error: unknown, logger: Logger): void {
  const { status: exact, headers, body } = refusal(error, logger);
  // Why a page may not connect is nothing that the page should learn.
  const status = error instanceof HttpError ? 403 : exact;
  const content = JSON.stringify(body);
  const lines = Object.entries({
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(content),
    connection: 'close',
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${content}`);
  socket.resume();
  // A client that does not close its side would keep the socket open.
  const timer = globalThis.setTimeout(() => socket.destroy(), lingerMs);
  socket.once('close', () => clearTimeout(timer));
}

interface Refusal {
  status: number;
  headers: Record<string, string | number>;
  body: object;
}

/** The status, headers and body for an error. */
function refusal(error: unknown, logger: Logger): Refusal {
  if (error instanceof HttpError) {
    const errors = [{ message: error.message, extensions: { code: codeOf(error.status) } }];
    return { status: error.status, headers: {}, body: { errors } };
  }
  const mapped = toRequestError(error, logger);
  const { code, message } = mapped;
  const extensions = extensionsOf(mapped);
  const seconds = retryAfterOf(extensions);
  const headers: Refusal['headers'] = {};
  if (seconds !== null) headers['retry-after'] = seconds;
  if (code === 'UNSUPPORTED_ENCODING') headers['accept-encoding'] = 'identity';
  const { status } = requestErrors[code];
  return { status, headers, body: { errors: [{ message, extensions }] } };
}

/** The code of a refusal that names no code itself. */
function codeOf(status: number): RequestErrorCode {
  const codes: RequestErrorCode[] = ['UNAUTHENTICATED', 'FORBIDDEN', 'NOT_FOUND', 'METHOD_NOT_ALLOWED'];
  return codes.find((code) => requestErrors[code].status === status) ?? 'BAD_REQUEST';
}

/**
 * Reads and drops what the client still sends, for a while. Closing a socket with unread bytes resets the connection, and
 * the client would lose the answer that says why.
 */
async function drain(request: IncomingMessage): Promise<void> {
  if (request.complete || request.destroyed) return;
  const over = new AbortController();
  request.resume();
  await Promise.race([
    once(request, 'close', { signal: over.signal }),
    once(request, 'end', { signal: over.signal }),
    setTimeout(lingerMs, null, { signal: over.signal }),
  ]).catch(() => undefined);
  over.abort();
}
