import { PDFDateString, type PDFDocumentProxy } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { cleanFact } from '../clean-text.ts';
import type { DocumentMetadata, OutlineItem } from '../document.ts';
import { readPermissions } from '../permissions.ts';
import { readOutline } from './outline.ts';

export interface PdfjsFacts {
  metadata: DocumentMetadata;
  outline: OutlineItem[];
  /** One label a page; null where the document defines none. */
  labels: string[] | null;
}

/** What pdfjs knows of the whole document, from calls whose cost doesn't grow with the pages. What is broken is left out. */
export async function readFacts(document: PDFDocumentProxy): Promise<PdfjsFacts> {
  const [metadata, outline, labels] = await Promise.all([
    readMetadata(document),
    orElse(readOutline(document), []),
    orElse(document.getPageLabels(), null),
  ]);
  return { metadata, outline, labels };
}

async function readMetadata(document: PDFDocumentProxy): Promise<DocumentMetadata> {
  const found = await orElse(document.getMetadata(), null);
  const marks = await orElse(document.getMarkInfo(), null);
  const flags: number[] | null = await orElse(document.getPermissions(), null);
  const info: Record<string, unknown> = { ...found?.info };
  // The XMP packet is asked only where the info dictionary says nothing: producers often let one of them go stale.
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

/** A PDF date such as "D:20090401163925-07'00'" as ISO 8601; null for anything that isn't one. */
export function readDate(value: unknown): string | null {
  const date = typeof value === 'string' ? PDFDateString.toDateObject(value) : null;
  return date === null || Number.isNaN(date.getTime()) ? null : date.toISOString();
}

/** Damage to one fact leaves the others readable. */
async function orElse<Value, Fallback>(work: Promise<Value>, fallback: Fallback): Promise<Value | Fallback> {
  try {
    return await work;
  } catch {
    return fallback;
  }
}
