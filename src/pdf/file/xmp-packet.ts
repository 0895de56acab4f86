import { inflateSync } from 'node:zlib';
import type { Catalog } from './catalog.ts';
import type { FileBytes } from './file-bytes.ts';

/**
 * Maximum length of a packet, of its compressed form, and of the dictionary before it, in bytes. A longer packet is a
 * bomb, or a disguised image.
 */
const [longestPacket, longestPacked, longestDictionary] = [256 * 1024, 64 * 1024, 4_096];

export interface XmpPacket {
  /** Null if the packet cannot be read without an engine, because it is encrypted or uses another filter. */
  text: string | null;
}

const metadata = /\/Metadata\s+(\d{1,10})\s+(\d{1,5})\s+R\b/;

/**
 * Finds the XMP packet of a document in its bytes, without an engine. Null for a document without a packet, or with one
 * that is too long.
 */
export function findXmp(file: FileBytes, catalog: Catalog | null): XmpPacket | null {
  const [, number, generation] = metadata.exec(catalog?.text ?? '') ?? [];
  if (number === undefined || generation === undefined) return null;
  for (const bytes of file.searched()) {
    const start = startOf(bytes, `${number} ${generation}`);
    if (start !== null) return packetAt(bytes, start);
  }
  return null;
}

function startOf(bytes: Buffer, reference: string): number | null {
  const head = `${reference} obj`;
  for (let at = bytes.lastIndexOf(head); at >= 0; at = at === 0 ? -1 : bytes.lastIndexOf(head, at - 1)) {
    // "15 0 obj" also ends with "5 0 obj".
    if (!/\d/.test(bytes.toString('latin1', Math.max(0, at - 1), at))) return at + head.length;
  }
  return null;
}

function packetAt(bytes: Buffer, start: number): XmpPacket | null {
  const stream = bytes.indexOf('stream', start);
  const end = stream < 0 ? -1 : bytes.indexOf('endstream', stream);
  if (end < 0 || stream - start > longestDictionary) return null;
  const dictionary = bytes.toString('latin1', start, stream);
  // Skips the line break, which has one or two bytes.
  const body = bytes.subarray(stream + (bytes[stream + 6] === 0x0d ? 8 : 7), end);
  const content = dictionary.includes('/Filter') ? unpacked(dictionary, body) : body;
  if (content === 'TOO_LONG' || (content !== null && content.length > longestPacket)) return null;
  const text = content === null ? '' : decode(content);
  if (text.trimStart().startsWith('<')) return { text: text.trim() };
  return body.length > longestPacked ? null : { text: null };
}

/** Null if only an engine can unpack it: it uses another filter, or is encrypted. */
function unpacked(dictionary: string, body: Buffer): Buffer | 'TOO_LONG' | null {
  const filters = /\/Filter\s*(\[[^\]]*\]|\/\w+)/.exec(dictionary)?.[1]?.match(/\w+/g) ?? [];
  const expanding = filters.filter((name) => expandingFilters.has(name)).length;
  // Engines have no limit: a packet within a packet may unpack to gigabytes.
  if (filters.length === 0 || (expanding > 1 && !filters.every(isFlate))) return 'TOO_LONG';
  if (!filters.every(isFlate)) return null;
  try {
    return filters.reduce((packed, _) => inflateSync(packed, { maxOutputLength: longestPacket }), body);
  } catch (error) {
    return error instanceof RangeError || expanding > 1 ? 'TOO_LONG' : null;
  }
}

const expandingFilters = new Set(['FlateDecode', 'Fl', 'LZWDecode', 'LZW', 'RunLengthDecode', 'RL']);

function isFlate(name: string): boolean {
  return name === 'FlateDecode' || name === 'Fl';
}

function decode(content: Buffer): string {
  if (content[0] === 0xfe && content[1] === 0xff) return Buffer.from(content).swap16().toString('utf16le').slice(1);
  return content.toString(content[0] === 0xff && content[1] === 0xfe ? 'utf16le' : 'utf8').replace(/^\ufeff/, '');
}
