import { createCipheriv, createHash } from 'node:crypto';
import { assemble } from '../../scripts/fixtures/raw-pdf.ts';

const padding = Buffer.from('28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a', 'hex');
const permissions = -44;

/** Passwords as bytes, as used to encrypt the document. */
export interface Passwords {
  user: Buffer;
  owner: Buffer;
}

/** A page with one sentence, encrypted by revision 3 of the standard handler: RC4 with 128 bits. */
export function encryptedByRc4(sentence: string, { user, owner }: Passwords): Uint8Array {
  const keyOf = (password: Buffer) => repeat(51, padded(password), md5);
  const ownerKey = keyOf(owner);
  const ownerEntry = roundsOfRc4(ownerKey, padded(user));
  const flags = Buffer.alloc(4);
  flags.writeInt32LE(permissions);
  const key = repeat(50, md5(Buffer.concat([padded(user), ownerEntry, flags])), md5);
  const userEntry = Buffer.concat([roundsOfRc4(key, md5(padding)), Buffer.alloc(16)]);
  const objectKey = md5(Buffer.concat([key, Buffer.from([4, 0, 0, 0, 0])]));
  const entries = `/V 2 /R 3 /Length 128 /P ${permissions} /O <${ownerEntry.toString('hex')}> /U <${userEntry.toString('hex')}>`;
  return encrypted(rc4(objectKey, contentOf(sentence)), entries);
}

/** The same by revision 5 or 6: AES with 256 bits. */
export function encryptedByAes(sentence: string, { user, owner }: Passwords, revision = 6): Uint8Array {
  const key = Buffer.alloc(32, 7);
  const entriesOf = (password: Buffer, more: Buffer) => {
    const [validation, salt] = [Buffer.from('12345678'), Buffer.from('abcdefgh')];
    const hash = (bytes: Buffer) => saltedHash(revision, password, bytes, more);
    return { entry: Buffer.concat([hash(validation), validation, salt]), key: aes(hash(salt), key, Buffer.alloc(16)) };
  };
  const forUser = entriesOf(user, Buffer.alloc(0));
  const forOwner = entriesOf(owner, forUser.entry);
  const perms = Buffer.from('d4ffffffffffffff5461646201020304', 'hex');
  const sealed = createCipheriv('aes-256-ecb', key, null).setAutoPadding(false).update(perms);
  const hex = (bytes: Buffer) => `<${bytes.toString('hex')}>`;
  const filter = '/CF << /StdCF << /CFM /AESV3 /AuthEvent /DocOpen /Length 32 >> >> /StmF /StdCF /StrF /StdCF';
  const entries = `/V 5 /R ${revision} /Length 256 /P ${permissions} ${filter} /O ${hex(forOwner.entry)} /OE ${hex(forOwner.key)}
/U ${hex(forUser.entry)} /UE ${hex(forUser.key)} /Perms ${hex(sealed)}`;
  const iv = Buffer.alloc(16, 3);
  const content = contentOf(sentence);
  const left = 16 - (content.length % 16);
  return encrypted(Buffer.concat([iv, aes(key, Buffer.concat([content, Buffer.alloc(left, left)]), iv)]), entries);
}

/** A page that no password opens, because of its security handler. */
export function encryptedFor(handler: string): Uint8Array {
  const recipients = handler === 'Adobe.PubSec' ? '/SubFilter /adbe.pkcs7.s4 /Recipients [<308201>]' : '/R 1';
  return encrypted(Buffer.alloc(64, 9), `/V 2 /Length 128 ${recipients}`, handler);
}

function contentOf(sentence: string): Buffer {
  return Buffer.from(`BT /F1 14 Tf 72 740 Td (${sentence}) Tj ET`);
}

/** The content is object 4, so its number is part of the key. */
function encrypted(content: Buffer, entries: string, handler = 'Standard'): Uint8Array {
  const file = assemble([
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${content.length} >>\nstream\n${content.toString('latin1')}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
    `<< /Filter /${handler} ${entries} >>`,
  ]);
  return Buffer.from(
    Buffer.from(file).toString('latin1').replace('/Root 1 0 R', '/Root 1 0 R /Encrypt 6 0 R /ID [<> <>]'),
    'latin1',
  );
}

function padded(password: Buffer): Buffer {
  return Buffer.concat([password, padding]).subarray(0, 32);
}

function md5(bytes: Buffer): Buffer {
  return createHash('md5').update(bytes).digest();
}

function repeat(times: number, bytes: Buffer, step: (bytes: Buffer) => Buffer): Buffer {
  return times === 0 ? bytes : repeat(times - 1, step(bytes), step);
}

function saltedHash(revision: number, password: Buffer, salt: Buffer, more: Buffer): Buffer {
  const digest = (bits: number, bytes: Buffer) => createHash(`sha${bits}`).update(bytes).digest();
  let hash = digest(256, Buffer.concat([password, salt, more]));
  let [round, isDone] = [0, revision === 5];
  while (!isDone) {
    const input = Buffer.concat(Array(64).fill(Buffer.concat([password, hash, more])));
    const cipher = createCipheriv('aes-128-cbc', hash.subarray(0, 16), hash.subarray(16, 32)).setAutoPadding(false);
    const output = cipher.update(input);
    hash = digest([256, 384, 512][Number(BigInt(`0x${output.toString('hex', 0, 16)}`) % 3n)] ?? 0, output);
    round += 1;
    isDone = round >= 64 && output.readUInt8(output.length - 1) <= round - 32;
  }
  return hash.subarray(0, 32);
}

function aes(key: Buffer, bytes: Buffer, iv: Buffer): Buffer {
  return createCipheriv('aes-256-cbc', key, iv).setAutoPadding(false).update(bytes);
}

function roundsOfRc4(key: Buffer, bytes: Buffer): Buffer {
  let result = bytes;
  for (let round = 0; round < 20; round += 1) result = rc4(Buffer.from(key.map((byte) => byte ^ round)), result);
  return result;
}

function rc4(key: Buffer, bytes: Buffer): Buffer {
  const state = Array.from({ length: 256 }, (_, index) => index);
  const at = (index: number) => state[index & 0xff] ?? 0;
  const swap = (a: number, b: number) => {
    [state[a], state[b]] = [at(b), at(a)];
  };
  for (let i = 0, j = 0; i < 256; i += 1) {
    j = (j + at(i) + (key[i % key.length] ?? 0)) & 0xff;
    swap(i, j);
  }
  let [i, j] = [0, 0];
  return Buffer.from(
    bytes.map((byte) => {
      i = (i + 1) & 0xff;
      j = (j + at(i)) & 0xff;
      swap(i, j);
      return byte ^ at(at(i) + at(j));
    }),
  );
}
