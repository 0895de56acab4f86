import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { decodeId, encodeId } from '../ids.ts';
import type { Proof } from './proof.ts';

/**
 * An API key as clients send it: `ph_`, the id of the key without its prefix, and 256 random bits in hexadecimal. The
 * fixed form lets secret scanners find leaked keys.
 */
const form = /^ph_([0-9a-z]{26})_([0-9a-f]{64})$/;

export interface KeyText {
  /** The UUID of the key. */
  id: string;
  /** SHA-256 hash of its secret, as stored. */
  hash: Buffer;
}

/** Returns a new secret of this key, and its hash. */
export function newKeyText(id: string): { text: string; hash: Buffer } {
  const secret = randomBytes(32).toString('hex');
  return { text: `ph_${encodeId('key', id).slice('key_'.length)}_${secret}`, hash: hashOf(secret) };
}

/** Parses a key; null if the text does not have the form of a key. */
export function parseKeyText(text: string): KeyText | null {
  const [, suffix, secret] = form.exec(text) ?? [];
  if (suffix === undefined || secret === undefined) return null;
  const id = decodeId('key', `key_${suffix}`);
  return id === null ? null : { id, hash: hashOf(secret) };
}

/** Returns the public id of the key of a secret; null if the text is not a secret. A damaged secret is one, too. */
export function keyOfSecret(text: string): string | null {
  const [, suffix] = /^\s*ph_([0-9a-z]{26})_/.exec(text) ?? [];
  const id = `key_${suffix}`;
  return decodeId('key', id) === null ? null : id;
}

/** Whether a caller has the key's secret, or the previous one during an overlap. Compares in constant time. */
export function proofOfKey(given: KeyText): Proof {
  return {
    keyId: given.id,
    proves({ hash, previousHash }) {
      const isCurrent = timingSafeEqual(hash, given.hash);
      const isPrevious = previousHash !== null && timingSafeEqual(previousHash, given.hash);
      return isCurrent || isPrevious;
    },
  };
}

/**
 * One round of SHA-256 is enough for 256 random bits: they cannot be guessed, so a slow hash would only delay requests.
 */
function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
