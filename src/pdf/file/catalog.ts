import type { FileBytes } from './file-bytes.ts';
import { fileStreams } from './file-streams.ts';

/** Longest dictionary that is looked at, and longest stream of objects, in bytes. */
const [longestDictionary, longestObjects] = [4_096, 4 * 1024 ** 2];

/** The catalog of a document, as text, and where the objects beside it are. */
export interface Catalog {
  text: string;
  /** The part of the file, or the stream of objects, that it was found in. */
  bytes: Buffer;
}

/**
 * Finds the newest catalog of a document by its bytes, without an engine. It may be packed into a stream of objects; of encrypted ones
 * nothing can be said. Null if there is none to be found.
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

/** The objects that are packed into streams, a stream at a time. */
export function packedObjects(bytes: Buffer): Generator<Buffer> {
  return fileStreams(bytes, (dictionary) => dictionary.includes('/ObjStm'), longestObjects);
}

/** The object around a place. Those in a stream follow one another without anything between them, so it is as much as may be part of it. */
function around(bytes: Buffer, at: number, isDelimited: boolean): string | null {
  const from = Math.max(0, at - longestDictionary);
  const text = bytes.toString('latin1', from, at + longestDictionary);
  if (!isDelimited) return text;
  const start = text.lastIndexOf('obj', at - from);
  const end = text.indexOf('endobj', at - from);
  return start < 0 ? null : text.slice(start, end < 0 ? undefined : end);
}
