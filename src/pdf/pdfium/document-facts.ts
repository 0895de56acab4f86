import { cleanFact } from '../content/clean-text.ts';
import { readDate } from '../content/pdf-date.ts';
import { readPermissions } from '../content/permissions.ts';
import { readXmpValues } from '../content/xmp-values.ts';
import type { DocumentMetadata, DocumentNotice, OutlineItem } from '../model/document.ts';
import { readOutline } from './outline.ts';
import type { PdfiumDocument } from './pdfium-document.ts';

export interface PdfiumFacts {
  metadata: DocumentMetadata;
  /** There is an XMP packet that only another engine can unpack. */
  hasUnreadXmp: boolean;
  outline: OutlineItem[];
  notices: DocumentNotice[];
}

/** The kind of form that only a program with XFA can show, as PDFium counts kinds. */
const dynamicForm = 2;

/** Reads what a document says about itself, at a cost that does not grow with its pages. */
export function readFacts(document: PdfiumDocument): PdfiumFacts {
  const { api } = document.pdfium;
  return {
    metadata: readMetadata(document),
    hasUnreadXmp: document.xmp !== null && document.xmp.text === null,
    outline: readOutline(document),
    notices: api.FPDF_GetFormType(document.handle) === dynamicForm ? ['DYNAMIC_FORM'] : [],
  };
}

/** Longest packet that is kept, in characters. */
const longestXmp = 64 * 1024;

function readMetadata({ pdfium, handle, xmp: packet }: PdfiumDocument): DocumentMetadata {
  const { api } = pdfium;
  const xmp = cleanFact(packet?.text);
  // Producers often let one of the two go stale; the info dictionary is the one that readers show.
  const values = xmp === null ? null : readXmpValues(xmp);
  const info = (key: string) =>
    cleanFact(pdfium.utf16((buffer, bytes) => api.FPDF_GetMetaText(handle, pdfium.key(key), buffer, bytes)));
  const encrypted = api.EPDF_IsEncrypted(handle) !== 0;
  const flags = api.FPDF_GetDocUserPermissions(handle) >>> 0;
  return {
    title: info('Title') ?? values?.title ?? null,
    author: info('Author') ?? values?.author ?? null,
    subject: info('Subject') ?? values?.subject ?? null,
    keywords: info('Keywords') ?? values?.keywords ?? null,
    creator: info('Creator') ?? values?.creator ?? null,
    producer: info('Producer') ?? values?.producer ?? null,
    createdAt: readDate(info('CreationDate')),
    modifiedAt: readDate(info('ModDate')),
    pdfVersion: api.FPDF_GetFileVersion(handle, pdfium.numbers) === 0 ? null : versionOf(pdfium.integer(0)),
    tagged: api.FPDFCatalog_IsTagged(handle) !== 0,
    encrypted,
    permissions: encrypted ? readPermissions((bit) => ((flags >>> (bit - 1)) & 1) === 1) : null,
    language: cleanFact(pdfium.utf16((buffer, bytes) => api.EPDFCatalog_GetLanguage(handle, buffer, bytes))),
    xmp: xmp === null || xmp.length > longestXmp ? null : xmp,
  };
}

/** From 17 to "1.7". */
function versionOf(number: number): string | null {
  return number < 10 ? null : `${Math.floor(number / 10)}.${number % 10}`;
}
