import type { ServerResponse } from 'node:http';

/**
 * The security headers of every response; routes may override them. Browsers must not treat a response as a page, a
 * frame or a script of another page, and must not store it. No page sends its URL as a referrer: URLs contain
 * signatures.
 */
const headers = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** A year, in seconds. */
const transportSecurity = `max-age=${365 * 86_400}`;

/** Returns the headers of a response. If PUBLIC_URL uses TLS, browsers must use TLS from then on. */
export function securityHeaders(publicUrl: string): Readonly<Record<string, string>> {
  return publicUrl.startsWith('https:') ? { ...headers, 'strict-transport-security': transportSecurity } : headers;
}

/** Sets the headers of a response. */
export function setSecurityHeaders(response: ServerResponse, publicUrl: string): void {
  for (const [name, value] of Object.entries(securityHeaders(publicUrl))) response.setHeader(name, value);
}
