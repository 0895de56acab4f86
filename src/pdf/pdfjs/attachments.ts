import { AnnotationType, type PDFDocumentProxy } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { cleanFact } from '../content/clean-text.ts';
import { type EmbeddedFile, isSameFile, maxAttachments } from '../model/embedded-file.ts';

/** Reads the files of the document itself. */
export async function readOwnFiles(document: PDFDocumentProxy): Promise<EmbeddedFile[]> {
  const own: unknown = await document.getAttachments();
  return valuesOf(own)
    .flatMap((file) => toEmbeddedFile(file, null))
    .slice(0, maxAttachments);
}

/** Reads files that are attached to pages and not listed by the document itself. */
export async function readPinnedFiles(document: PDFDocumentProxy, own: EmbeddedFile[]): Promise<EmbeddedFile[]> {
  const notes = await document.getAnnotationsByType(new Set([AnnotationType.FILEATTACHMENT]), new Set());
  const pinned: EmbeddedFile[] = [];
  for (const note of notes ?? []) {
    if (own.length + pinned.length >= maxAttachments) break;
    if (!('file' in note)) continue;
    const index = 'pageIndex' in note && typeof note.pageIndex === 'number' ? note.pageIndex : null;
    for (const file of toEmbeddedFile(note.file, index === null ? null : index + 1)) {
      if (![...own, ...pinned].some((other) => isSameFile(other, file))) pinned.push(file);
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
  return [{ name: cleanFact(file.filename) ?? '', description, pageNumber, bytes: content?.length ?? null, content }];
}
