import { join } from 'node:path';
import { AnnotationType, type PDFDocumentProxy } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { cleanFact } from '../content/clean-text.ts';
import { PartsFile } from '../file/parts-file.ts';
import type { Attachment } from '../model/document.ts';

/** A file inside a document, with its bytes. */
export interface EmbeddedFile extends Pick<Attachment, 'name' | 'description' | 'pageNumber'> {
  content: Uint8Array | null;
}

/** A document with more of them is a container for files. */
const mostAttachments = 1_000;

/** The files of the document itself. */
export async function readOwnFiles(document: PDFDocumentProxy): Promise<EmbeddedFile[]> {
  const own: unknown = await document.getAttachments();
  return valuesOf(own)
    .flatMap((file) => toEmbeddedFile(file, null))
    .slice(0, mostAttachments);
}

/** Files that are pinned to pages and are not among its own. */
export async function readPinnedFiles(document: PDFDocumentProxy, own: EmbeddedFile[]): Promise<EmbeddedFile[]> {
  const notes = await document.getAnnotationsByType(new Set([AnnotationType.FILEATTACHMENT]), new Set());
  const pinned: EmbeddedFile[] = [];
  for (const note of notes ?? []) {
    if (own.length + pinned.length >= mostAttachments) break;
    if (!('file' in note)) continue;
    const index = 'pageIndex' in note && typeof note.pageIndex === 'number' ? note.pageIndex : null;
    for (const file of toEmbeddedFile(note.file, index === null ? null : index + 1)) {
      if (![...own, ...pinned].some((other) => isSame(other, file))) pinned.push(file);
    }
  }
  return pinned;
}

function valuesOf(found: unknown): unknown[] {
  return typeof found === 'object' && found !== null ? Object.values(found) : [];
}

function toEmbeddedFile(file: unknown, pageNumber: number | null): EmbeddedFile[] {
  if (typeof file !== 'object' || file === null || !('filename' in file)) {
    return [];
  }
  const content = 'content' in file && file.content instanceof Uint8Array ? file.content : null;
  const description = 'description' in file ? cleanFact(file.description) : null;
  return [{ name: cleanFact(file.filename) ?? '', description, pageNumber, content }];
}

function isSame(a: EmbeddedFile, b: EmbeddedFile): boolean {
  if (a.name !== b.name || a.content?.length !== b.content?.length) return false;
  return a.content === null || b.content === null || Buffer.compare(a.content, b.content) === 0;
}

/** Writes the files into one in the folder, as many as fit. The path is null if there is nothing in it. */
export async function writeAttachments(
  files: EmbeddedFile[],
  folder: string,
  mostBytes: number,
): Promise<{ attachments: Attachment[]; path: string | null }> {
  const attachments: Attachment[] = [];
  await using parts = new PartsFile(join(folder, 'attachments'));
  for (const { content, ...about } of files) {
    if (content === null) {
      attachments.push({ ...about, bytes: null, offset: null, omitted: 'UNREADABLE' });
    } else if (parts.length + content.length > mostBytes) {
      attachments.push({ ...about, bytes: content.length, offset: null, omitted: 'TOO_LARGE' });
    } else {
      attachments.push({ ...about, ...(await parts.add(content)), omitted: null });
    }
  }
  return { attachments, path: parts.path };
}
