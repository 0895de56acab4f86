import type { IncomingMessage } from 'node:http';
import { RequestError } from '../../errors.ts';
import type { Origins } from './origins.ts';

/** A request that is refused before GraphQL sees it. */
export class HttpError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'HttpError';
    this.status = status;
  }
}

const loopbackNames = new Set(['localhost', '127.0.0.1', '[::1]']);

function hostname(host: string): string {
  return host.replace(/:\d+$/, '').toLowerCase();
}

/** Returns the media type of the body without its parameters; empty if the request names no type. */
export function mediaType({ headers }: IncomingMessage): string {
  return (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

/** Whether a browser opens a page. Such a request gets HTML and never runs an operation. */
export function opensPage({ method, headers }: IncomingMessage): boolean {
  return method === 'GET' && headers.accept?.includes('text/html') === true;
}

/**
 * Prevents DNS rebinding: a page of another site whose name resolves to this machine sends that name as Host. While
 * there are no keys, this is what keeps such a page out.
 */
export function checkHost(request: IncomingMessage, publicUrl: string): void {
  const host = hostname(request.headers.host ?? '');
  if (loopbackNames.has(host) || host.endsWith('.localhost') || host === hostname(new URL(publicUrl).host)) return;
  throw new HttpError(421, 'This server does not serve that host. Set PUBLIC_URL to the address that clients use.');
}

/**
 * Prevents operations that a page of another site starts with an `<img>`, a script or a stream. Browsers state the
 * origin of such a GET.
 */
export function checkGet(request: IncomingMessage, url: URL, origins: Origins): void {
  const { origin, 'sec-fetch-site': site } = request.headers;
  if (String(site).toLowerCase() !== 'cross-site' || !url.searchParams.has('query')) return;
  if (origin !== undefined && origins.allows(request)) return;
  throw new RequestError('FORBIDDEN', { message: 'Pages of other sites may not run operations by GET.' });
}

/** Content types that any page can send in a form without a preflight. */
const simpleTypes = ['multipart/form-data', 'text/plain', 'application/x-www-form-urlencoded'];
const preflightHeaders = [
  'graphql-require-preflight',
  'apollo-require-preflight',
  'x-graphql-yoga-csrf',
  'x-apollo-operation-name',
];

/**
 * Prevents cross-site request forgery: requests that another site could send without a preflight need a header that it
 * cannot send. Limits memory: bodies are parsed as a whole, so they must announce a size within the limit.
 */
export function checkPost(request: IncomingMessage, maxBytes: number): void {
  const type = mediaType(request);
  if (type === 'application/x-www-form-urlencoded')
    throw new HttpError(415, 'Send application/json or multipart/form-data.');
  if ((type === '' || simpleTypes.includes(type)) && !preflightHeaders.some((name) => request.headers[name])) {
    throw new HttpError(403, `Send application/json, or any value in the header ${preflightHeaders[0]}.`);
  }
  checkEncoding(request);
  const length = request.headers['content-length'];
  if (length === undefined) throw new HttpError(411, 'Send a Content-Length; for large files use createUpload.');
  if (Number(length) > maxBytes) {
    throw new RequestError('PAYLOAD_TOO_LARGE', {
      message: `A request must not exceed ${maxBytes} bytes; use createUpload for large files.`,
    });
  }
}

/** Refuses encoded bodies: decompression could turn a few bytes into very many. */
export function checkEncoding({ headers }: IncomingMessage): void {
  const content = headers['content-encoding']?.trim().toLowerCase() ?? '';
  const transfer = headers['transfer-encoding']?.trim().toLowerCase() ?? '';
  if (!['', 'identity'].includes(content) || !['', 'chunked'].includes(transfer))
    throw new RequestError('UNSUPPORTED_ENCODING');
}
