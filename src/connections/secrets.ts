import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';

/** Cryptography with the installation secret. A purpose, such as `upload`, separates one use from another. */
export interface Secrets {
  /** Creates a token that allows its holder to do `purpose` to `id` until it expires. Safe in a query string. */
  sign(purpose: string, id: string, expiresAt: Date): string;
  /** Returns false for a token that is altered, expired, or for another purpose or id. */
  verify(purpose: string, id: string, token: string, now?: Date): boolean;
  /** A keyed hash (HMAC-SHA256, hex): comparable, but the text cannot be guessed without the key. */
  digest(purpose: string, text: string): string;
  /** Returns a function that computes the authentication code of a text (HMAC-SHA256, Base64url). For frequent use. */
  authenticator(purpose: string): (text: string) => string;
  /** Encrypts a short text, such as a document's password, for the database. */
  seal(purpose: string, text: string): string;
  /** Throws `SealError` for text that this installation did not seal for this purpose. */
  open(purpose: string, sealed: string): string;
}

/** A sealed text was altered, or belongs to another installation or purpose. */
export class SealError extends Error {
  constructor(cause?: unknown) {
    super('the sealed text cannot be opened with the secret of this installation', { cause });
    this.name = 'SealError';
  }
}

const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;

/** Prefix of sealed texts, so that a later format can recognize old ones. */
const sealVersion = 'v1.';

/** `key`: 32 random bytes, shared only by the processes of the installation. */
export function createSecrets(key: Buffer): Secrets {
  if (key.byteLength !== keyBytes) {
    throw new TypeError(`an installation secret needs ${keyBytes} bytes, but this one has ${key.byteLength}`);
  }
  const signingKey = derive(key, 'sign v1');

  function signature(purpose: string, id: string, expires: string): Buffer {
    // JSON, because plain concatenation would let characters move from one field to the next.
    return createHmac('sha256', signingKey)
      .update(JSON.stringify([purpose, id, expires]))
      .digest();
  }

  function sign(purpose: string, id: string, expiresAt: Date): string {
    const expires = String(Math.floor(expiresAt.getTime() / 1000));
    return `${expires}.${signature(purpose, id, expires).toString('base64url')}`;
  }

  function verify(purpose: string, id: string, token: string, now: Date = new Date()): boolean {
    const [, expires, given] = /^(\d{1,15})\.([\w-]{43})$/.exec(token) ?? [];
    if (expires === undefined || given === undefined) {
      return false;
    }
    const genuine = timingSafeEqual(Buffer.from(given, 'base64url'), signature(purpose, id, expires));
    return genuine && now.getTime() < Number(expires) * 1000;
  }

  function digest(purpose: string, text: string): string {
    return createHmac('sha256', derive(key, `digest v1 ${purpose}`))
      .update(text)
      .digest('hex');
  }

  function authenticator(purpose: string): (text: string) => string {
    const codeKey = derive(key, `authenticate v1 ${purpose}`);
    return (text) => createHmac('sha256', codeKey).update(text).digest('base64url');
  }

  function seal(purpose: string, text: string): string {
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv('aes-256-gcm', derive(key, `seal v1 ${purpose}`), nonce);
    const encrypted = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return sealVersion + encrypted.toString('base64url');
  }

  function open(purpose: string, sealed: string): string {
    const bytes = Buffer.from(sealed.slice(sealVersion.length), 'base64url');
    if (!sealed.startsWith(sealVersion) || bytes.byteLength < nonceBytes + tagBytes) {
      throw new SealError();
    }
    try {
      const decipher = createDecipheriv(
        'aes-256-gcm',
        derive(key, `seal v1 ${purpose}`),
        bytes.subarray(0, nonceBytes),
        { authTagLength: tagBytes },
      );
      decipher.setAuthTag(bytes.subarray(-tagBytes));
      const text = Buffer.concat([decipher.update(bytes.subarray(nonceBytes, -tagBytes)), decipher.final()]);
      return text.toString('utf8');
    } catch (error) {
      throw new SealError(error);
    }
  }

  return { sign, verify, digest, authenticator, seal, open };
}

/** Derives independent keys, so that none reveals another or the secret. */
function derive(key: Buffer, use: string): Buffer {
  return Buffer.from(hkdfSync('sha256', key, '', `pagehive ${use}`, keyBytes));
}
