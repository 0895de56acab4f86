import { createHmac } from 'node:crypto';
import type { Secrets } from '../connections/secrets.ts';

/** Whose secret: an endpoint, or a tenant for its URLs. */
export interface SecretOwner {
  id: string;
  secretVersion: number;
  secretRotatedAt: Date | null;
}

/** After a rotation both secrets sign for this long. */
export const bothSignMs = 24 * 60 * 60 * 1000;

/** Until when the secret before the last rotation signs, too. */
export function previousValidUntil({ secretRotatedAt }: SecretOwner): Date | null {
  return secretRotatedAt && new Date(secretRotatedAt.getTime() + bothSignMs);
}

/** The secret as Standard Webhooks writes it. It is derived from that of the installation, so none is stored. */
export function secretOf(secrets: Secrets, { id, secretVersion }: Omit<SecretOwner, 'secretRotatedAt'>): string {
  const key = secrets.digest('webhook', JSON.stringify([id, secretVersion]));
  return `whsec_${Buffer.from(key, 'hex').toString('base64')}`;
}

/** The secrets that sign now, the newest first. */
export function signingSecrets(secrets: Secrets, owner: SecretOwner, now: Date): string[] {
  const until = previousValidUntil(owner);
  const versions = [owner.secretVersion, ...(until !== null && now < until ? [owner.secretVersion - 1] : [])];
  return versions.map((secretVersion) => secretOf(secrets, { id: owner.id, secretVersion }));
}

export interface SignedMessage {
  /** The same with every attempt. */
  id: string;
  /** Seconds since 1970, of this attempt. */
  timestamp: number;
  body: string;
}

/** The header `webhook-signature` of Standard Webhooks: one signature a secret. */
export function signatureOf(secrets: string[], { id, timestamp, body }: SignedMessage): string {
  return secrets
    .map((secret) => Buffer.from(secret.replace(/^whsec_/, ''), 'base64'))
    .map((key) => `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`)
    .join(' ');
}
