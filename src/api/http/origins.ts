import type { IncomingMessage, ServerResponse } from 'node:http';
import { RequestError } from '../../errors.ts';

/** How long browsers cache a preflight, in seconds. They accept two hours at most. */
const rememberedSeconds = 7_200;

const corsHeaders = {
  'access-control-allow-methods': 'GET, HEAD, POST, PUT',
  'access-control-max-age': String(rememberedSeconds),
};
/** The response headers that pages may read, in addition to those that browsers always show. */
const readableHeaders = 'content-disposition, retry-after, x-request-id';

/** Decides which pages may call the API from a browser: the server's own, and pages of the origins in CORS_ORIGINS. */
export interface Origins {
  /** Whether the page that sent a request may call the API; true for requests that no page sent. */
  allows(request: IncomingMessage): boolean;
  /** Whether no page or a page of this server sent a request: only then may remembered credentials count. */
  isOwn(request: IncomingMessage): boolean;
  /** Throws FORBIDDEN if `allows` is false: browsers open WebSockets without a preflight. */
  check(request: IncomingMessage): void;
  /** Lets the page that sent a request read the response. */
  share(request: IncomingMessage, response: ServerResponse): void;
  /** Answers a CORS preflight. Returns false for any other request. */
  answerPreflight(request: IncomingMessage, response: ServerResponse): boolean;
}

/** No header allows credentials that browsers send automatically, such as cookies: pages send a key or a token. */
export function createOrigins(listed: readonly string[], publicUrl: string): Origins {
  const { origin: publicOrigin, host: publicHost, protocol } = new URL(publicUrl);
  const shared = new Set([...listed, publicOrigin]);

  function isOwn({ headers: { origin, host } }: IncomingMessage): boolean {
    if (origin === undefined || origin === publicOrigin) return true;
    // This server itself does not speak TLS. Under its public host, only the public origin counts: if that uses TLS, an
    // attacker in the network can alter pages without TLS.
    return !isPublicHost(host) && origin === `http://${host}`;
  }

  function isPublicHost(host: string | undefined): boolean {
    const url = `${protocol}//${host}`;
    return URL.canParse(url) && new URL(url).host === publicHost;
  }

  function allows(request: IncomingMessage): boolean {
    const { origin } = request.headers;
    return (origin !== undefined && shared.has(origin)) || isOwn(request);
  }

  function check(request: IncomingMessage): void {
    if (allows(request)) return;
    const message = 'Pages of this origin may not call the API. The operator can list the origin in CORS_ORIGINS.';
    throw new RequestError('FORBIDDEN', { message });
  }

  return {
    allows,
    isOwn,
    check,
    share({ headers: { origin } }, response) {
      response.setHeader('vary', 'origin');
      if (origin === undefined || !shared.has(origin)) return;
      response.setHeader('access-control-allow-origin', origin);
      response.setHeader('access-control-expose-headers', readableHeaders);
    },
    answerPreflight(request, response) {
      const { origin, 'access-control-request-method': method } = request.headers;
      if (request.method !== 'OPTIONS' || origin === undefined || method === undefined) return false;
      check(request);
      const asked = request.headers['access-control-request-headers'];
      if (asked !== undefined) response.setHeader('access-control-allow-headers', asked);
      response.writeHead(204, corsHeaders).end();
      return true;
    },
  };
}
