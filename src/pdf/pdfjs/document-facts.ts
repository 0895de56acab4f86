import type { PDFDocumentProxy } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { cleanFact } from '../content/clean-text.ts';
import { readDate } from '../content/pdf-date.ts';
import { readPermissions } from '../content/permissions.ts';
import type { DocumentMetadata, DocumentNotice, OutlineItem } from '../model/document.ts';
import { readOutline } from './outline.ts';

export interface PdfjsFacts {
  metadata: DocumentMetadata;
  outline: OutlineItem[];
  /** One label per page; null if the document defines none. */
  labels: string[] | null;
  notices: DocumentNotice[];
}

/** Reads the facts about the whole document, from calls whose cost does not grow with the pages. Omits broken facts. */
export async function readFacts(document: PDFDocumentProxy): Promise<PdfjsFacts> {
  const [found, outline, labels] = await Promise.all([
    orElse(document.getMetadata(), null),
    orElse(readOutline(document), []),
    orElse(document.getPageLabels(), null),
  ]);
  return { metadata: await toMetadata(document, found), outline, labels, notices: readNotices({ ...found?.info }) };
}

/** A form with XFA but without PDF fields works only where XFA runs: its page asks the reader to wait. */
function readNotices(info: Record<string, unknown>): DocumentNotice[] {
  return info.IsXFAPresent === true && info.IsAcroFormPresent !== true ? ['DYNAMIC_FORM'] : [];
}

async function toMetadata(
  document: PDFDocumentProxy,
  found: Awaited<ReturnType<PDFDocumentProxy['getMetadata']>> | null,
): Promise<DocumentMetadata> {
  const marks = await orElse(document.getMarkInfo(), null);
  const flags: number[] | null = await orElse(document.getPermissions(), null);
  const info: Record<string, unknown> = { ...found?.info };
  // The XMP packet is used only if the info dictionary lacks a fact: producers often leave one of them outdated.
  const xmp = (name: string) => cleanFact(found?.metadata?.get(name));
  return {
    title: cleanFact(info.Title) ?? xmp('dc:title'),
    author: cleanFact(info.Author) ?? xmp('dc:creator'),
    subject: cleanFact(info.Subject) ?? xmp('dc:description'),
    keywords: cleanFact(info.Keywords) ?? xmp('pdf:keywords'),
    creator: cleanFact(info.Creator) ?? xmp('xmp:creatortool'),
    producer: cleanFact(info.Producer) ?? xmp('pdf:producer'),
    createdAt: readDate(info.CreationDate),
    modifiedAt: readDate(info.ModDate),
    pdfVersion: cleanFact(info.PDFFormatVersion),
    tagged: marks?.Marked === true,
    encrypted: typeof info.EncryptFilterName === 'string',
    permissions: flags === null ? null : readPermissions((bit) => flags.includes(2 ** (bit - 1))),
    language: cleanFact(info.Language),
    xmp: readXmp(found?.metadata?.getRaw()),
  };
}

const longestXmp = 64 * 1024;

function readXmp(packet: unknown): string | null {
  const xmp = cleanFact(packet);
  return xmp === null || xmp.length > longestXmp ? null : xmp;
}

/** Limits damage to one fact. */
async function orElse<Value, Fallback>(work: Promise<Value>, fallback: Fallback): Promise<Value | Fallback> {
  try {
    return await work;
  } catch {
    return fallback;
  }
}
