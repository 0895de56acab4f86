/** The addresses of a server, from its base URL with or without `/graphql` at the end. */
export interface Endpoint {
  /** The server's base, without a slash at the end: what people are shown. */
  base: string;
  http: string;
  webSocket: string;
}

export function endpointOf(url: string): Endpoint {
  const base = url.replace(/\/+$/, '').replace(/\/graphql$/, '');
  const http = `${base}/graphql`;
  return { base, http, webSocket: http.replace(/^http/, 'ws') };
}
