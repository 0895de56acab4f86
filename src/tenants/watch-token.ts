import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Secrets } from '../connections/secrets.ts';
import type { Proof } from './proof.ts';

/** The access of a watch token: the progress of one job or batch, and the download of one format of its result. */
export interface Watch {
  /** The public id of the job or batch. */
  subject: string;
  /** The format that may be downloaded; null for none. */
  download: string | null;
}

/** A watch and the key that created it; the key is null if none was required. */
export interface WatchToken extends Watch {
  key: { id: string; generation: string } | null;
  expiresAt: Date;
}

const prefix = 'pw_';
const purpose = 'watch';

const content = z.tuple([z.string(), z.string().nullable(), z.string().nullable(), z.string().nullable()]);

/** Signs a watch token. Any holder of it may watch until it expires. */
export function signWatchToken(secrets: Secrets, { subject, download, key, expiresAt }: WatchToken): string {
  const parts: z.infer<typeof content> = [subject, download, key?.id ?? null, key?.generation ?? null];
  const text = Buffer.from(JSON.stringify(parts)).toString('base64url');
  return `${prefix}${text}.${secrets.sign(purpose, text, expiresAt)}`;
}

/** Whether a text looks like a watch token. */
export function isWatchToken(text: string): boolean {
  return text.startsWith(prefix);
}

/** Reads a token; null if it was altered or has expired. */
export function readWatchToken(secrets: Secrets, token: string): WatchToken | null {
  const [, text = '', signature = '', expires = ''] = /^pw_([\w-]{1,1024})\.((\d{1,15})\.[\w-]{43})$/.exec(token) ?? [];
  if (!secrets.verify(purpose, text, signature)) return null;
  const parsed = content.safeParse(JSON.parse(Buffer.from(text, 'base64url').toString()));
  if (!parsed.success) return null;
  const [subject, download, id, generation] = parsed.data;
  const key = id === null || generation === null ? null : { id, generation };
  return { subject, download, key, expiresAt: new Date(Number(expires) * 1_000) };
}

/**
 * Identifies a secret of a key without revealing it. A token ends together with the secret that created it, so a
 * rotation ends tokens as well.
 */
export function generationOf(hash: Uint8Array): string {
  return createHash('sha256').update('generation').update(hash).digest('base64url');
}

/** Whether a token was created with a secret that the key still has. */
export function proofOfToken({ id, generation }: NonNullable<WatchToken['key']>): Proof {
  return {
    keyId: id,
    proves: ({ hash, previousHash }) =>
      generationOf(hash) === generation || (previousHash !== null && generationOf(previousHash) === generation),
  };
}
