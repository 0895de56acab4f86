import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { unescape as percentDecode } from 'node:querystring';
import { afterRunning } from '../ops/running-time.ts';
import { type AddressGuard, ForbiddenAddressError } from './address-guard.ts';

export type OutboundProblem = 'BAD_URL' | 'BAD_REDIRECT' | 'ADDRESS_FORBIDDEN' | 'TIMEOUT' | 'CONNECTION';

/** A request that got no answer. The message may be shown to clients: it names hosts, never a query or a password. */
export class OutboundError extends Error {
  readonly problem: OutboundProblem;

  constructor(problem: OutboundProblem, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'OutboundError';
    this.problem = problem;
  }
}

export interface OutboundTimeouts {
  /** Until there is a connection: the name looked up, TCP and TLS done. */
  connectMs: number;
  /** Without a byte, before the answer or within it. */
  idleMs: number;
}

export interface OutboundOptions {
  guard: AddressGuard;
  /** Ends the request, and the body later on. */
  signal: AbortSignal;
  headers?: OutgoingHttpHeaders;
  timeouts?: OutboundTimeouts;
}

export interface OutboundResponse {
  /** Where the redirects led, without credentials. */
  url: URL;
  status: number;
  headers: IncomingHttpHeaders;
  /** Has to be read to its end or destroyed. */
  body: IncomingMessage;
}

const defaultTimeouts: OutboundTimeouts = { connectMs: 10_000, idleMs: 30_000 };
const redirectStatuses = [301, 302, 303, 307, 308];
const maxRedirects = 5;

/**
 * GETs an address that a client chose, through the guard at every redirect. Credentials in the URL go to its own origin,
 * never to where it redirects. Rejects with `OutboundError`, or with whatever the abort made of the request.
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
    const reason = `${url.host} redirects to what is not an http or https URL.`;
    url = withoutCredentials(parse(body.headers.location ?? '//', url, 'BAD_REDIRECT', reason));
  }
  throw new OutboundError('BAD_REDIRECT', `${first.host} redirects more than ${maxRedirects} times.`);
}

/**
 * POSTs to an address that a client chose, through the guard. A redirect is an answer like any other. Rejects as
 * `outboundGet` does.
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

/** One request and its answer's head. */
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
      const what = answer === undefined ? 'did not answer in time' : 'stopped sending';
      (answer ?? request).destroy(new OutboundError('TIMEOUT', `${url.host} ${what}.`));
    });
    request.once('response', (response) => {
      answer = response;
      resolve(response);
    });
    // Stays for good: a late error without a listener would end the process.
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
    return new OutboundError('ADDRESS_FORBIDDEN', `${url.host} is a private or reserved address.`, error);
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
