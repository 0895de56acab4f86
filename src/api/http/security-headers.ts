import type { ServerResponse } from 'node:http';

/**
 * What browsers are told about every answer, unless its route says otherwise: it is no page, no frame, no script of another
 * page, and not to be stored. URLs carry signatures, so no page passes its URL on.
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

/** Sets the headers of an answer. Behind TLS, browsers must not try without it from then on. */
export function setSecurityHeaders(response: ServerResponse, publicUrl: string): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  if (publicUrl.startsWith('https:')) response.setHeader('strict-transport-security', transportSecurity);
}
