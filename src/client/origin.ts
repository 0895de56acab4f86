import { within } from './backoff.ts';
import { GraphQLRequestError } from './errors.ts';

/** Browsers alone have one. */
declare const location: { origin: string } | undefined;

/** Maximum time for an answer, in milliseconds. */
const patienceMs = 5_000;

/**
 * Finds out whether a connection failed because the server does not let this page call it. Browsers report that to scripts as
 * if the network were down, and a client would try again forever. Null outside of browsers, for the page's own server, and
 * where the server is really away.
 */
export async function originRefusal(base: string): Promise<GraphQLRequestError | null> {
  if (typeof location === 'undefined' || new URL(base).origin === location.origin) return null;
  if (await allowsOrigin(base)) return null;
  const message = `${base} does not answer pages of ${location.origin}.`;
  return new GraphQLRequestError('ORIGIN_REFUSED', message, {
    advice: `Ask the operator of the server to list ${location.origin} in CORS_ORIGINS, or serve the page from the same origin.`,
  });
}

/** True unless the server says the opposite. */
async function allowsOrigin(base: string): Promise<boolean> {
  try {
    const asked: Promise<unknown> = fetch(`${base}/health/live`, { credentials: 'omit' }).then((response) =>
      response.json(),
    );
    const answer = await within(patienceMs, asked, () => new Error('the server does not answer'));
    const isRefused =
      typeof answer === 'object' && answer !== null && 'allowsOrigin' in answer && answer.allowsOrigin === false;
    return !isRefused;
  } catch {
    return true;
  }
}
