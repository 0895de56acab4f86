import type { Attachment } from './document.ts';

/** A file inside a document. */
export interface EmbeddedFile extends Pick<Attachment, 'name' | 'description' | 'pageNumber' | 'bytes'> {
  /** Null where it cannot be read, or is not wanted. */
  content: Uint8Array | null;
}

/** Files of a document, at most: one with more of them is a container for files. */
export const mostAttachments = 1_000;

/** Reports whether two files are the same: many documents pin a file to a page that they also list. */
export function isSameFile(a: EmbeddedFile, b: EmbeddedFile): boolean {
  if (a.name !== b.name || a.bytes !== b.bytes) return false;
  return a.content === null || b.content === null || Buffer.compare(a.content, b.content) === 0;
}
