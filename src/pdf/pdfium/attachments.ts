import { inflateSync } from 'node:zlib';
import { cleanFact } from '../content/clean-text.ts';
import { type EmbeddedFile, isSameFile, maxAttachments } from '../model/embedded-file.ts';
import type { PdfiumDocument } from './pdfium-document.ts';

/** Pages that are looked through for files pinned to them, at most. */
const maxPages = 20_000;

/** The kind of annotation that pins a file to a page. */
const fileAttachment = 17;

/** Bytes that an empty file takes once it is packed, at most. */
const maxPackedEmpty = 16;

/** What becomes of the content of files. */
export interface ContentPlan {
  /** Bytes of all contents that are kept; what is beyond is only measured. */
  maxBytes: number;
  /** Files whose content is not to be touched, by their place in the order of reading: PDFium has aborted on them. */
  bad: Set<number>;
  /** The place of the file that is being read. */
  at: number;
}

/** Reads the files inside a document: its own, then those that are pinned to pages. */
export function readFiles(document: PdfiumDocument, plan: ContentPlan): EmbeddedFile[] {
  const { api } = document.pdfium;
  const files: EmbeddedFile[] = [];
  plan.at = 0;
  const contents = new Contents(document, plan);
  const count = Math.min(maxAttachments, api.FPDFDoc_GetAttachmentCount(document.handle));
  for (let index = 0; index < count; index += 1) {
    const attachment = api.FPDFDoc_GetAttachment(document.handle, index);
    if (attachment !== 0) files.push(readFile(document, attachment, null, contents));
  }
  addPinned(document, files, contents);
  return files;
}

/** Looks through the annotations of pages without loading those, which would take as long as reading them. */
function addPinned(document: PdfiumDocument, files: EmbeddedFile[], contents: Contents): void {
  const { api } = document.pdfium;
  if (!document.mayPinFiles) return;
  for (let page = 0; page < Math.min(maxPages, document.pageCount); page += 1) {
    const count = api.EPDFPage_GetAnnotCountRaw(document.handle, page);
    for (let index = 0; index < count && files.length < maxAttachments; index += 1) {
      const annotation = api.EPDFPage_GetAnnotRaw(document.handle, page, index);
      if (annotation === 0) continue;
      const isFile = api.FPDFAnnot_GetSubtype(annotation) === fileAttachment;
      const attachment = isFile ? api.FPDFAnnot_GetFileAttachment(annotation) : 0;
      const file = attachment === 0 ? null : readFile(document, attachment, page + 1, contents);
      if (file !== null && !files.some((other) => isSameFile(other, file))) files.push(file);
      api.FPDFPage_CloseAnnot(annotation);
    }
  }
}

function readFile(
  { pdfium }: PdfiumDocument,
  attachment: number,
  pageNumber: number | null,
  contents: Contents,
): EmbeddedFile {
  const { api } = pdfium;
  const text = (read: (buffer: number, bytes: number) => number) => cleanFact(pdfium.utf16(read));
  return {
    name: text((buffer, bytes) => api.FPDFAttachment_GetName(attachment, buffer, bytes)) ?? '',
    description: text((buffer, bytes) => api.EPDFAttachment_GetDescription(attachment, buffer, bytes)),
    pageNumber,
    ...contents.read(attachment),
  };
}

/** The contents of files, as many as are kept. */
class Contents {
  readonly #pdfium: PdfiumDocument['pdfium'];
  readonly #plan: ContentPlan;
  #kept = 0;

  constructor({ pdfium }: PdfiumDocument, plan: ContentPlan) {
    this.#pdfium = pdfium;
    this.#plan = plan;
  }

  read(attachment: number): Pick<EmbeddedFile, 'bytes' | 'content'> {
    const { api, numbers } = this.#pdfium;
    this.#plan.at += 1;
    if (this.#plan.bad.has(this.#plan.at)) return { bytes: null, content: null };
    if (api.FPDFAttachment_GetFile(attachment, 0, 0, numbers) === 0) return { bytes: null, content: null };
    const bytes = this.#pdfium.integer(0) >>> 0;
    if (bytes <= maxPackedEmpty && isPackedEmpty(this.#copy(attachment, bytes))) {
      return { bytes: 0, content: new Uint8Array() };
    }
    if (this.#kept + bytes > this.#plan.maxBytes) return { bytes, content: null };
    const content = this.#copy(attachment, bytes);
    this.#kept += bytes;
    return { bytes: content === null ? null : bytes, content };
  }

  #copy(attachment: number, bytes: number): Uint8Array | null {
    const { api, numbers } = this.#pdfium;
    if (bytes === 0) return new Uint8Array();
    const buffer = api.malloc(bytes);
    if (buffer === 0) return null;
    const isRead = api.FPDFAttachment_GetFile(attachment, buffer, bytes, numbers) === 1;
    const content = isRead ? this.#pdfium.bytes.slice(buffer, buffer + bytes) : null;
    api.free(buffer);
    return content;
  }
}

/**
 * Reports whether a content is an empty file that is packed: PDFium gives what unpacks to nothing as it is in the
 * document.
 */
function isPackedEmpty(content: Uint8Array | null): boolean {
  if (content === null || content.length === 0) return false;
  try {
    return inflateSync(content).length === 0;
  } catch {
    return false;
  }
}
