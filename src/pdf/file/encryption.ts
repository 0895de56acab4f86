import { type PdfString, parseString } from './pdf-string.ts';

/** The encryption dictionary of a document. */
export interface Encryption {
  /** The security handler, such as "Standard" (passwords) or "Adobe.PubSec" (certificates). */
  handler: string;
  /** Version of the algorithm: `V`. */
  version: number;
  /** Revision of the standard handler: `R`. */
  revision: number;
  /** Key length, in bytes. */
  keyBytes: number;
  /** The entries that contain keys, such as `O`, with their positions in the file. */
  entries: Map<string, EncryptionEntry>;
}

export interface EncryptionEntry {
  bytes: Buffer;
  /** Start and end of the string in the file, including its delimiters. */
  start: number;
  end: number;
}

/** Maximum length of an encryption dictionary, in bytes. Longer ones list the recipients of certificates. */
const longestDictionary = 16_384;

/** Algorithms that engines implement. */
const knownVersions = [1, 2, 4, 5];

/**
 * Reads the encryption dictionary from the bytes of a file. It is never compressed or encrypted, so this needs no
 * engine. Null for a document without encryption.
 */
export function readEncryption(file: Uint8Array): Encryption | null {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.length);
  // The newest trailer counts, which is nearly always the last one.
  for (const at of placesFromEnd(bytes, '/Encrypt')) {
    const start = dictionaryAt(bytes, at + '/Encrypt'.length);
    const encryption = start === null ? null : parseDictionary(bytes, start);
    if (encryption !== null) return encryption;
  }
  return null;
}

/** Whether no password can open the document, because engines do not implement its encryption. */
export function isUnsupported({ handler, version }: Encryption): boolean {
  return handler !== 'Standard' || !knownVersions.includes(version);
}

function* placesFromEnd(bytes: Buffer, text: string): Generator<number> {
  for (let at = bytes.lastIndexOf(text); at >= 0; at = at === 0 ? -1 : bytes.lastIndexOf(text, at - 1)) yield at;
}

/** Returns the position of the dictionary in the value of `/Encrypt`, which contains or references it. */
function dictionaryAt(bytes: Buffer, at: number): number | null {
  const value = bytes.toString('latin1', at, at + 64);
  if (/^\s*<</.test(value)) return at;
  const [, number, generation] = /^\s*(\d{1,10})\s+(\d{1,5})\s+R\b/.exec(value) ?? [];
  if (number === undefined || generation === undefined) return null;
  const head = `${number} ${generation} obj`;
  for (const start of placesFromEnd(bytes, head)) {
    // "15 0 obj" also ends with "5 0 obj".
    if (!/\d/.test(bytes.toString('latin1', Math.max(0, start - 1), start))) return start + head.length;
  }
  return null;
}

function parseDictionary(bytes: Buffer, offset: number): Encryption | null {
  const text = bytes.toString('latin1', offset, offset + longestDictionary);
  const handler = /\/Filter\s*\/([^\s/<>[\]()%]+)/.exec(text)?.[1];
  if (handler === undefined) return null;
  const number = (key: string) => Number(new RegExp(`/${key}\\s+(\\d{1,4})\\b`).exec(text)?.[1] ?? 0);
  const version = number('V');
  const entries = new Map<string, EncryptionEntry>();
  for (const { 0: name, 1: key = '', index } of text.matchAll(/\/(OE|UE|O|U)\s*(?=[(<])/g)) {
    if (entries.has(key)) continue;
    const found: PdfString = parseString(text, index + name.length);
    entries.set(key, { bytes: found.bytes, start: offset + index + name.length, end: offset + found.end });
  }
  // The length of version 4 is fixed; its /Length may belong to a crypt filter.
  const keyBytes = version === 1 ? 5 : version === 4 ? 16 : Math.min(16, Math.max(5, number('Length') / 8 || 5));
  return { handler, version, revision: number('R'), keyBytes, entries };
}
