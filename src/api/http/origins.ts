import type { IncomingMessage, ServerResponse } from 'node:http';
import { RequestError } from '../../errors.ts';

/** How long browsers remember that a page may call the API, in seconds. They keep it for two hours at most. */
const rememberedSeconds = 7_200;

const corsHeaders = {
  'access-control-allow-methods': 'GET, HEAD, POST, PUT',
  'access-control-max-age': String(rememberedSeconds),
};
/** The headers of answers that pages may read, beside those that browsers always show. */
const readableHeaders = 'content-disposition, retry-after';

/** Which pages may call the API from a browser: its own, and those of the origins that the operator lists. */
export interface Origins {
  /** Whether the page that sent a request may; true for requests that no page sent. */
  allows(request: IncomingMessage): boolean;
  /** Throws FORBIDDEN for the request of a page that may not: browsers open WebSockets without asking first. */
  check(request: IncomingMessage): void;
  /** Lets the page that sent a request read the answer. */
  share(request: IncomingMessage, response: ServerResponse): void;
  /** Answers a browser that asks whether a page may send a request (a CORS preflight). False if it is no such question. */
  answerPreflight(request: IncomingMessage, response: ServerResponse): boolean;
}

/** No header allows credentials that browsers send on their own, such as cookies: pages send a key or a token. */
export function createOrigins(listed: readonly string[], publicUrl: string): Origins {
  const { origin: publicOrigin, host: publicHost } = new URL(publicUrl);
  const shared = new Set([...listed, publicOrigin]);

  function allows({ headers: { origin, host } }: IncomingMessage): boolean {
    if (origin === undefined || shared.has(origin)) return true;
    const from = URL.canParse(origin) ? new URL(origin).host : '';
    return from === host || from === publicHost;
  }

  function check(request: IncomingMessage): void {
    if (allows(request)) return;
    const message = 'Pages of this origin may not call the API. The operator can list the origin in CORS_ORIGINS.';
    throw new RequestError('FORBIDDEN', { message });
  }

  return {
    allows,
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
