import { signatureOf } from './secret.ts';

/** A message to a receiver that checks signatures according to Standard Webhooks. */
export interface OutgoingMessage {
  /** The same in every attempt, so that receivers recognize repetitions. */
  id: string;
  body: string;
  /** Each signs the message. */
  secrets: string[];
  /** The version of Pagehive. */
  version: string;
}

/** Returns the headers of an attempt that is made now. */
export function signedHeaders({ id, body, secrets, version }: OutgoingMessage): Record<string, string | number> {
  const timestamp = Math.floor(Date.now() / 1_000);
  return {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'accept-encoding': 'identity',
    'user-agent': `Pagehive/${version}`,
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatureOf(secrets, { id, timestamp, body }),
  };
}
