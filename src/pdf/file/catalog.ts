import type { FileBytes } from './file-bytes.ts';
import { fileStreams } from './file-streams.ts';

/** Maximum length of a dictionary and of an object stream, in bytes. */
const [longestDictionary, longestObjects] = [4_096, 4 * 1024 ** 2];

/** The catalog of a document as text, with the bytes of the objects around it. */
export interface Catalog {
  text: string;
  /** The part of the file, or the object stream, that contains it. */
  bytes: Buffer;
}

/**
 * Finds the newest catalog of a document in its bytes, without an engine. It may be in an object stream. Encrypted
 * streams cannot be read. Returns null if the catalog is not found.
 */
export function findCatalog(file: FileBytes): Catalog | null {
  let packed: Catalog | null = null;
  for (const bytes of file.searched()) {
    for (let at = bytes.lastIndexOf('/Catalog'); at >= 0; at = at === 0 ? -1 : bytes.lastIndexOf('/Catalog', at - 1)) {
      const text = around(bytes, at, true);
      if (text !== null) return { text, bytes };
    }
    packed ??= findPacked(bytes);
  }
  return packed;
}

function findPacked(bytes: Buffer): Catalog | null {
  if (!bytes.includes('/ObjStm')) return null;
  let last: Catalog | null = null;
  for (const objects of packedObjects(bytes)) {
    const at = objects.lastIndexOf('/Catalog');
    const text = at < 0 ? null : around(objects, at, false);
    last = text === null ? last : { text, bytes: objects };
  }
  return last;
}

/** Yields the contents of object streams, one by one. */
export function packedObjects(bytes: Buffer): Generator<Buffer> {
  return fileStreams(bytes, (dictionary) => dictionary.includes('/ObjStm'), longestObjects);
}

/**
 * Returns the object around a position. The objects of a stream have no delimiters, so the text contains everything
 * that may belong to it.
 */
function around(bytes: Buffer, at: number, isDelimited: boolean): string | null {
  const from = Math.max(0, at - longestDictionary);
  const text = bytes.toString('latin1', from, at + longestDictionary);
  if (!isDelimited) return text;
  const start = text.lastIndexOf('obj', at - from);
  const end = text.indexOf('endobj', at - from);
  return start < 0 ? null : text.slice(start, end < 0 ? undefined : end);
}
