import { createCipheriv, createDecipheriv, createHash } from 'node:crypto';
import type { Encryption } from './encryption.ts';
import { writeString } from './pdf-string.ts';

/**
 * Opens documents whose owner password is empty. Anybody may open them, as other readers do, but the engines try the
 * owner password only if one is given. The algorithms are those of the standard security handler in ISO 32000-2, 7.6.4.
 */

/** The bytes with which the standard handler pads passwords. */
const padding = Buffer.from('28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a', 'hex');

/**
 * Returns the user password of a document of revision 2 to 4 whose owner password is empty: the owner entry is the user
 * password, encrypted with the owner password. Null for any other document.
 */
export function userPasswordByEmptyOwner({ handler, revision, keyBytes, entries }: Encryption): string | null {
  const owner = entries.get('O')?.bytes;
  if (handler !== 'Standard' || revision < 2 || revision > 4 || owner === undefined || owner.length < padding.length) {
    return null;
  }
  let hash = digest('md5', padding);
  for (let round = 0; revision >= 3 && round < 50; round += 1) hash = digest('md5', hash);
  const key = hash.subarray(0, revision === 2 ? 5 : keyBytes);
  let password = owner.subarray(0, padding.length);
  for (let round = revision === 2 ? 0 : 19; round >= 0; round -= 1) {
    password = rc4(Buffer.from(key.map((byte) => byte ^ round)), password);
  }
  const end = Array.from(password.keys()).find((at) => password.subarray(at).equals(padding.subarray(0, 32 - at)));
  // Without padding after it, this is not a password: the owner password is a different one.
  return end === undefined ? null : password.toString('latin1', 0, end);
}

/**
 * Maximum attempts to find salts whose entries are no longer than the old ones. Nearly always the first attempts
 * succeed.
 */
const maxTries = 200;

/**
 * Returns a copy of a document of revision 5 or 6 whose owner password is empty, with an empty user password. The copy
 * differs only in the user entries. Null for any other document.
 */
export function withEmptyUser(file: Uint8Array, { handler, revision, entries }: Encryption): Uint8Array | null {
  const [o, oe, u, ue] = ['O', 'OE', 'U', 'UE'].map((key) => entries.get(key));
  if (handler !== 'Standard' || (revision !== 5 && revision !== 6) || !o || !oe || !u || !ue) return null;
  const [owner, user] = [o.bytes.subarray(0, 48), u.bytes.subarray(0, 48)];
  if (owner.length < 48 || user.length < 48 || oe.bytes.length < 32) return null;
  if (!hashOf(revision, owner.subarray(32, 40), user).equals(owner.subarray(0, 32))) return null;
  const decipher = createDecipheriv('aes-256-cbc', hashOf(revision, owner.subarray(40), user), noVector);
  const key = decipher.setAutoPadding(false).update(oe.bytes.subarray(0, 32));
  for (let salt = 0; salt < maxTries; salt += 1) {
    const [validation, forKey] = [Buffer.alloc(8, salt), Buffer.alloc(8, salt + 1)];
    const entry = Buffer.concat([hashOf(revision, validation, nothing), validation, forKey]);
    const cipher = createCipheriv('aes-256-cbc', hashOf(revision, forKey, nothing), noVector).setAutoPadding(false);
    const [written, sealed] = [writeString(entry, u.end - u.start), writeString(cipher.update(key), ue.end - ue.start)];
    if (written !== null && sealed !== null) {
      const copy = Buffer.from(file);
      copy.write(written, u.start, 'latin1');
      copy.write(sealed, ue.start, 'latin1');
      return copy;
    }
  }
  return null;
}

const nothing = Buffer.alloc(0);
const noVector = Buffer.alloc(16);
const hashes = ['sha256', 'sha384', 'sha512'] as const;

/** Returns the salted hash of an empty password. */
function hashOf(revision: number, salt: Buffer, user: Buffer): Buffer {
  let hash = digest('sha256', Buffer.concat([salt, user]));
  for (let round = 0, last = 0; revision === 6 && (round < 64 || last > round - 32); round += 1) {
    const block = Buffer.concat([hash, user]);
    const cipher = createCipheriv('aes-128-cbc', hash.subarray(0, 16), hash.subarray(16, 32)).setAutoPadding(false);
    const sealed = cipher.update(Buffer.concat(Array.from({ length: 64 }, () => block)));
    const remainder = sealed.subarray(0, 16).reduce((sum, byte) => sum + byte, 0) % 3;
    hash = digest(hashes[remainder] ?? 'sha256', sealed);
    last = sealed.at(-1) ?? 0;
  }
  return hash.subarray(0, 32);
}

function digest(algorithm: 'md5' | (typeof hashes)[number], bytes: Buffer): Buffer {
  return createHash(algorithm).update(bytes).digest();
}

/** RC4, which OpenSSL 3 no longer enables by default. */
function rc4(key: Buffer, data: Buffer): Buffer {
  const state = Uint8Array.from({ length: 256 }, (_, index) => index);
  const swap = (a: number, b: number) => {
    [state[a], state[b]] = [state[b] ?? 0, state[a] ?? 0];
  };
  for (let i = 0, j = 0; i < 256; i += 1) {
    j = (j + (state[i] ?? 0) + (key[i % key.length] ?? 0)) & 0xff;
    swap(i, j);
  }
  let [i, j] = [0, 0];
  return Buffer.from(
    data.map((byte) => {
      i = (i + 1) & 0xff;
      j = (j + (state[i] ?? 0)) & 0xff;
      swap(i, j);
      return byte ^ (state[((state[i] ?? 0) + (state[j] ?? 0)) & 0xff] ?? 0);
    }),
  );
}
