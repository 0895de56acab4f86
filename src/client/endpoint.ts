/** The addresses of a server, and what every request to it carries. */
export interface Endpoint {
  /** The server's base, without a slash at the end: what people are shown. */
  base: string;
  http: string;
  webSocket: string;
  /** The `authorization` of whoever has an API key. */
  credentials(): Promise<{ authorization?: string }>;
}

/** An API key, or what gets one: asked for each connection anew, so that it may be a short-lived one. */
export type ApiKey = string | (() => string | Promise<string>);

/** Browsers alone have one. */
declare const location: { href: string } | undefined;

/** From a base URL with or without `/graphql` at the end; in a browser it may be relative to the page. */
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
