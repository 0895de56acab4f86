import { within } from './backoff.ts';
import { GraphQLRequestError } from './errors.ts';

/** Exists only in browsers. */
declare const location: { origin: string } | undefined;

/** Maximum response time, in milliseconds. */
const timeoutMs = 5_000;

/**
 * Determines whether a connection failed because the server does not allow this page's origin. Browsers report that to
 * scripts as a network failure, so a client would retry forever. Returns null outside of browsers, for the page's own
 * server, and if the server is really unreachable.
 */
export async function originRefusal(base: string): Promise<GraphQLRequestError | null> {
  if (typeof location === 'undefined' || new URL(base).origin === location.origin) return null;
  if (await allowsOrigin(base)) return null;
  const message = `${base} does not allow requests from pages of ${location.origin}.`;
  return new GraphQLRequestError('ORIGIN_REFUSED', message, {
    advice: `Ask the operator of the server to list ${location.origin} in CORS_ORIGINS, or serve the page from the same origin.`,
  });
}

/** Returns true unless the server denies it. */
async function allowsOrigin(base: string): Promise<boolean> {
  try {
    const asked: Promise<unknown> = fetch(`${base}/health/live`, { credentials: 'omit' }).then((response) =>
      response.json(),
    );
    const answer = await within(timeoutMs, asked, () => new Error('the server does not respond'));
    const isRefused =
      typeof answer === 'object' && answer !== null && 'allowsOrigin' in answer && answer.allowsOrigin === false;
    return !isRefused;
  } catch {
    return true;
  }
}
