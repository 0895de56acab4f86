import { once } from 'node:events';
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import type { Logger } from '../../ops/logger.ts';
import type { ProcessMetrics } from '../../ops/process-metrics.ts';
import { securityHeaders } from '../../ops/security-headers.ts';
import { type RequestErrorCode, requestErrors } from '../../request-errors.ts';
import { extensionsOf, retryAfterOf, toRequestError } from '../errors.ts';
import { HttpError, opensPage } from './guards.ts';
import { SmallChunksError } from './paced-body.ts';

/** How long the remaining data of a refused client is read and dropped, in milliseconds. */
const lingerMs = 2_000;

/**
 * The challenge that asks for a key (RFC 9110). For Basic, browsers ask for a name and password. This only helps when a
 * page is opened: a script that calls the API must get its error instead.
 */
const challenge = 'Bearer realm="Pagehive"';
const pageChallenge = `${challenge}, Basic realm="Pagehive", charset="UTF-8"`;

/** Where refusals are logged and counted. */
export interface RefusalSinks {
  logger: Logger;
  metrics: ProcessMetrics;
}

/** Sends a JSON response. */
export function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

/** Responds to a failed request, if that is still possible, and closes its connection. */
export async function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  error: unknown,
  sinks: RefusalSinks,
): Promise<void> {
  // The client has disconnected, or a response has begun that cannot be finished.
  if (response.headersSent || request.socket.destroyed) {
    response.destroy();
    return;
  }
  const { status, headers, body } = refusal(error, sinks);
  if (status === 401) headers['www-authenticate'] = opensPage(request) ? pageChallenge : challenge;
  const content = Buffer.from(JSON.stringify(body));
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': content.length,
    connection: 'close',
    ...headers,
  });
  response.write(content);
  if (error instanceof SmallChunksError) await leaveUnread(request);
  else await drain(request);
  response.end();
}

export interface RawRefusal extends RefusalSinks {
  publicUrl: string;
  /** Replaces the status of the error. */
  status?: number;
  /** Further headers of the response. */
  headers?: Readonly<Record<string, string>>;
}

/** Responds to a request that Node.js has no response object for, such as for a WebSocket, and closes its socket. */
export function refuseSocket(
  socket: Duplex,
  error: unknown,
  { publicUrl, status: given, headers: more, ...sinks }: RawRefusal,
): void {
  const { status: exact, headers, body } = refusal(error, sinks);
  const status = given ?? exact;
  const content = JSON.stringify(body);
  const lines = Object.entries({
    ...securityHeaders(publicUrl),
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(content),
    connection: 'close',
    ...headers,
    ...more,
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
function refusal(error: unknown, { logger, metrics }: RefusalSinks): Refusal {
  if (error instanceof HttpError) {
    const code = codeOf(error.status);
    metrics.errorSent(code);
    const errors = [{ message: error.message, extensions: { code } }];
    return { status: error.status, headers: {}, body: { errors } };
  }
  const mapped = toRequestError(error, logger);
  const { code, message, limit } = mapped;
  metrics.errorSent(code);
  if (limit !== null) metrics.refused(limit);
  const extensions = extensionsOf(mapped);
  const seconds = retryAfterOf(extensions);
  const headers: Refusal['headers'] = {};
  if (seconds !== null) headers['retry-after'] = seconds;
  if (code === 'UNSUPPORTED_ENCODING') headers['accept-encoding'] = 'identity';
  const { status } = requestErrors[code];
  return { status, headers, body: { errors: [{ message, extensions }] } };
}

/** Returns the code of a refusal that has none. */
function codeOf(status: number): RequestErrorCode {
  const codes: RequestErrorCode[] = ['UNAUTHENTICATED', 'FORBIDDEN', 'NOT_FOUND', 'METHOD_NOT_ALLOWED'];
  return codes.find((code) => requestErrors[code].status === status) ?? 'BAD_REQUEST';
}

/** Gives the client time to read the answer, while nothing that it sends is read. */
async function leaveUnread(request: IncomingMessage): Promise<void> {
  request.pause();
  request.socket.pause();
  const over = new AbortController();
  await Promise.race([
    once(request, 'close', { signal: over.signal }),
    setTimeout(lingerMs, null, { signal: over.signal }),
  ]).catch(() => undefined);
  over.abort();
}

/**
 * Reads and drops the client's remaining data for a while. Closing a socket with unread bytes resets the connection,
 * and the client would lose the response with the reason.
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
