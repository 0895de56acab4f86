import type { Attachment } from './document.ts';

/** A file inside a document. */
export interface EmbeddedFile extends Pick<Attachment, 'name' | 'description' | 'pageNumber' | 'bytes'> {
  /** Null if it cannot be read, or is not wanted. */
  content: Uint8Array | null;
}

/** Maximum files of a document: one with more is a container for files. */
export const maxAttachments = 1_000;

/** Whether two files are the same: many documents list a file and also attach it to a page. */
export function isSameFile(a: EmbeddedFile, b: EmbeddedFile): boolean {
  if (a.name !== b.name || a.bytes !== b.bytes) return false;
  return a.content === null || b.content === null || Buffer.compare(a.content, b.content) === 0;
}
