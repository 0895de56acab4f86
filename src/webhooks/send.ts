import type { IncomingMessage } from 'node:http';
import type { AddressGuard } from '../connections/address-guard.ts';
import { OutboundError, outboundPost } from '../connections/outbound.ts';
import { retryAfterMs } from '../connections/retry-after.ts';
import type { Secrets } from '../connections/secrets.ts';
import { encodeId } from '../ids.ts';
import { payloadOf } from './body.ts';
import type { ClaimedDelivery } from './claim.ts';
import type { DeliveryPolicy } from './policy.ts';
import { signingSecrets } from './secret.ts';
import { signedHeaders } from './signed-headers.ts';

export interface SendContext {
  guard: AddressGuard;
  secrets: Secrets;
  policy: DeliveryPolicy;
  /** The version of Pagehive, for the user agent. */
  version: string;
}

/** The result of an attempt. */
export interface Sent {
  milliseconds: number;
  /** Null without a response. */
  statusCode: number | null;
  /** Why it failed, in words for the customer; null if it succeeded. */
  error: string | null;
  answer: string | null;
  retryAfterMs: number | null;
}

/** Maximum bytes kept of a response body. */
const answerBytes = 1_024;

/** Makes one attempt: signs, sends and reads the start of the response. Takes bounded time and follows no redirects. */
export async function sendDelivery(context: SendContext, delivery: ClaimedDelivery): Promise<Sent> {
  const began = performance.now();
  const outcome = await attempt(context, delivery);
  return { ...outcome, milliseconds: Math.round(performance.now() - began) };
}

async function attempt(context: SendContext, delivery: ClaimedDelivery): Promise<Omit<Sent, 'milliseconds'>> {
  const { guard, policy } = context;
  const signal = AbortSignal.timeout(policy.timeoutMs);
  const { host } = new URL(delivery.url);
  try {
    const { body, headers } = messageOf(context, delivery);
    const response = await outboundPost(delivery.url, body, { guard, signal, headers });
    const answer = await beginningOf(response.body, policy.answerMs);
    const { status } = response;
    const wait = retryAfterMs(response.headers);
    return { statusCode: status, error: problemOf(status, host), answer, retryAfterMs: wait };
  } catch (error) {
    const none = { statusCode: null, answer: null, retryAfterMs: null };
    if (error instanceof OutboundError) return { ...none, error: error.message };
    if (signal.aborted) return { ...none, error: `${host} did not respond within ${policy.timeoutMs / 1000} s.` };
    throw error;
  }
}

function messageOf({ secrets, version }: SendContext, delivery: ClaimedDelivery) {
  const id = encodeId('delivery', delivery.id);
  const body = JSON.stringify(payloadOf(delivery));
  const signing = signingSecrets(secrets, delivery.owner, delivery.now);
  return { body, headers: signedHeaders({ id, body, secrets: signing, version }) };
}

function problemOf(status: number, host: string): string | null {
  if (status >= 200 && status < 300) return null;
  if (status === 410) return `${host} answered 410 Gone.`;
  if (status >= 300 && status < 400) return `${host} redirects (${status}); use the address that it redirects to.`;
  return `${host} answered ${status}.`;
}

/** Returns what arrives in time, as text that PostgreSQL can store. */
async function beginningOf(body: IncomingMessage, withinMs: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  // Never removed: a late error without a listener would end the process.
  body.on('error', () => {});
  const timer = setTimeout(() => body.destroy(), withinMs);
  try {
    for await (const chunk of body) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= answerBytes) break;
    }
  } catch {
    // The body was cut off: keep what has arrived.
  } finally {
    clearTimeout(timer);
    body.destroy();
  }
  return Buffer.concat(chunks).subarray(0, answerBytes).toString('utf8').replaceAll('\0', '\uFFFD');
}
