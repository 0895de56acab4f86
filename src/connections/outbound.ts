import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { unescape as percentDecode } from 'node:querystring';
import { afterRunning } from '../ops/running-time.ts';
import { type AddressGuard, ForbiddenAddressError } from './address-guard.ts';

export type OutboundProblem = 'BAD_URL' | 'BAD_REDIRECT' | 'ADDRESS_FORBIDDEN' | 'TIMEOUT' | 'CONNECTION';

/** A request without a response. The message may be shown to clients: it names hosts, but no queries or passwords. */
export class OutboundError extends Error {
  readonly problem: OutboundProblem;

  constructor(problem: OutboundProblem, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'OutboundError';
    this.problem = problem;
  }
}

export interface OutboundTimeouts {
  /** For resolving the name, TCP and TLS together. */
  connectMs: number;
  /** Maximum time without a byte, before the response or within it. */
  idleMs: number;
}

export interface OutboundOptions {
  guard: AddressGuard;
  /** Aborts the request, and later the body. */
  signal: AbortSignal;
  headers?: OutgoingHttpHeaders;
  timeouts?: OutboundTimeouts;
}

export interface OutboundResponse {
  /** The final URL after redirects, without credentials. */
  url: URL;
  status: number;
  headers: IncomingHttpHeaders;
  /** Must be read to its end or destroyed. */
  body: IncomingMessage;
}

const defaultTimeouts: OutboundTimeouts = { connectMs: 10_000, idleMs: 30_000 };
const redirectStatuses = [301, 302, 303, 307, 308];
const maxRedirects = 5;

/**
 * GETs a URL that a client chose, and passes every redirect through the guard. Sends credentials only to the URL's own
 * origin, never to where it redirects. Rejects with `OutboundError`, or with the error of the abort.
 */
export async function outboundGet(address: string, options: OutboundOptions): Promise<OutboundResponse> {
  const first = parse(address, undefined, 'BAD_URL', 'This is not an http or https URL.');
  const auth = credentials(first);
  let url = withoutCredentials(first);
  for (let redirects = 0; redirects <= maxRedirects; redirects += 1) {
    const hop = url;
    const body = await send(hop, { method: 'GET', auth: hop.origin === first.origin ? auth : undefined }, options);
    const status = body.statusCode ?? 0;
    if (!redirectStatuses.includes(status)) {
      return { url, status, headers: body.headers, body };
    }
    body.destroy();
    const reason = `${url.host} redirects to something that is not an http or https URL.`;
    url = withoutCredentials(parse(body.headers.location ?? '//', url, 'BAD_REDIRECT', reason));
  }
  throw new OutboundError('BAD_REDIRECT', `${first.host} redirects more than ${maxRedirects} times.`);
}

/**
 * POSTs to a URL that a client chose, through the guard. A redirect is a response like any other. Rejects like
 * `outboundGet`.
 */
export async function outboundPost(address: string, body: string, options: OutboundOptions): Promise<OutboundResponse> {
  const url = parse(address, undefined, 'BAD_URL', 'This is not an http or https URL.');
  const bare = withoutCredentials(url);
  const response = await send(bare, { method: 'POST', auth: credentials(url), body }, options);
  return { url: bare, status: response.statusCode ?? 0, headers: response.headers, body: response };
}

interface Message {
  method: 'GET' | 'POST';
  auth: string | undefined;
  body?: string;
}

/** Sends a request and returns once the headers of the response arrive. */
async function send(url: URL, message: Message, options: OutboundOptions): Promise<IncomingMessage> {
  try {
    return await exchange(url, message, options);
  } catch (error) {
    throw options.signal.aborted ? error : outboundError(error, url);
  }
}

function exchange(url: URL, { method, auth, body }: Message, options: OutboundOptions): Promise<IncomingMessage> {
  const { guard, signal, headers, timeouts = defaultTimeouts } = options;
  return new Promise((resolve, reject) => {
    const request = guard.request(url, { method, auth, headers, signal });
    const connecting = afterRunning(timeouts.connectMs, () => {
      request.destroy(new OutboundError('TIMEOUT', `${url.host} did not accept a connection in time.`));
    });
    request.once('socket', (socket) => {
      socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', () => connecting.stop());
    });
    let answer: IncomingMessage | undefined;
    request.setTimeout(timeouts.idleMs, () => {
      const what = answer === undefined ? 'did not respond in time' : 'stopped sending';
      (answer ?? request).destroy(new OutboundError('TIMEOUT', `${url.host} ${what}.`));
    });
    request.once('response', (response) => {
      answer = response;
      resolve(response);
    });
    // Never removed: a late error without a listener would end the process.
    request.on('error', reject);
    request.once('close', () => {
      connecting.stop();
      reject(new OutboundError('CONNECTION', `${url.host} closed the connection.`));
    });
    request.end(body);
  });
}

function outboundError(error: unknown, url: URL): OutboundError {
  if (error instanceof OutboundError) {
    return error;
  }
  if (error instanceof ForbiddenAddressError) {
    return new OutboundError('ADDRESS_FORBIDDEN', `${url.host} ${error.problem}.`, error);
  }
  const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
  return new OutboundError('CONNECTION', `${url.host} could not be reached${code}.`, error);
}

function parse(address: string, base: URL | undefined, problem: OutboundProblem, message: string): URL {
  const url = URL.canParse(address, base?.href) ? new URL(address, base) : null;
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new OutboundError(problem, message);
  }
  return url;
}

function credentials(url: URL): string | undefined {
  if (url.username === '' && url.password === '') {
    return undefined;
  }
  return `${percentDecode(url.username)}:${percentDecode(url.password)}`;
}

function withoutCredentials(url: URL): URL {
  const bare = new URL(url);
  bare.username = '';
  bare.password = '';
  bare.hash = '';
  return bare;
}
