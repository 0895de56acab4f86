import { createHmac } from 'node:crypto';
import type { Secrets } from '../connections/secrets.ts';

/** The owner of a secret: an endpoint, or a tenant for plain URLs. */
export interface SecretOwner {
  id: string;
  secretVersion: number;
  secretRotatedAt: Date | null;
}

/** How long both secrets sign after a rotation, in milliseconds. */
export const bothSignMs = 24 * 60 * 60 * 1000;

/** When the previous secret stops signing. */
export function previousValidUntil({ secretRotatedAt }: SecretOwner): Date | null {
  return secretRotatedAt && new Date(secretRotatedAt.getTime() + bothSignMs);
}

/** The secret in the format of Standard Webhooks. It is derived from the installation's secret, so it is not stored. */
export function secretOf(secrets: Secrets, { id, secretVersion }: Omit<SecretOwner, 'secretRotatedAt'>): string {
  const key = secrets.digest('webhook', JSON.stringify([id, secretVersion]));
  return `whsec_${Buffer.from(key, 'hex').toString('base64')}`;
}

/** The secrets that currently sign, newest first. */
export function signingSecrets(secrets: Secrets, owner: SecretOwner, now: Date): string[] {
  const until = previousValidUntil(owner);
  const versions = [owner.secretVersion, ...(until !== null && now < until ? [owner.secretVersion - 1] : [])];
  return versions.map((secretVersion) => secretOf(secrets, { id: owner.id, secretVersion }));
}

export interface SignedMessage {
  /** The same in every attempt. */
  id: string;
  /** The time of this attempt, in seconds since 1970. */
  timestamp: number;
  body: string;
}

/** The `webhook-signature` header of Standard Webhooks, with one signature per secret. */
export function signatureOf(secrets: string[], { id, timestamp, body }: SignedMessage): string {
  return secrets
    .map((secret) => Buffer.from(secret.replace(/^whsec_/, ''), 'base64'))
    .map((key) => `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`)
    .join(' ');
}
