/** The addresses of a server, and the credentials sent to it. */
export interface Endpoint {
  /** The server's base URL without a trailing slash, as shown to people. */
  base: string;
  http: string;
  webSocket: string;
  /** The `authorization` header, if there is an API key. */
  credentials(): Promise<{ authorization?: string }>;
}

/** An API key, or a function that returns one. It is called for each connection, so keys may be short-lived. */
export type ApiKey = string | (() => string | Promise<string>);

/** Exists only in browsers. */
declare const location: { href: string } | undefined;

/** Accepts a base URL with or without a trailing `/graphql`; in a browser it may be relative to the page. */
export function endpointOf(url: string, apiKey?: ApiKey): Endpoint {
  const base = new URL(url, typeof location === 'undefined' ? undefined : location.href).href
    .replace(/[/?#]+$/, '')
    .replace(/\/graphql$/, '');
  const http = `${base}/graphql`;
  return {
    base,
    http,
    webSocket: http.replace(/^http/, 'ws'),
    async credentials() {
      const key = typeof apiKey === 'function' ? await apiKey() : apiKey;
      return key === undefined ? {} : { authorization: `Bearer ${key}` };
    },
  };
}
