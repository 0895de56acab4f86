import { cleanText } from '../content/clean-text.ts';
import type { OutlineItem } from '../model/document.ts';
import type { PdfiumDocument } from './pdfium-document.ts';

/**
 * Limits of an outline: real books stay below them, hostile outlines hold millions of entries, or one entry inside
 * itself.
 */
const [maxItems, deepest, longestTitle] = [20_000, 64, 1_000];

/** Actions of bookmarks that lead to a page. */
const goTo = 1;

/**
 * Reads the bookmarks, flattened in reading order. An entry that comes again, as its own child or successor, ends its
 * branch.
 */
export function readOutline(document: PdfiumDocument): OutlineItem[] {
  const { api } = document.pdfium;
  const items: OutlineItem[] = [];
  const seen = new Set<number>();
  /** Entries to be visited, the next one last, so that no depth exhausts the stack. */
  const open = [{ bookmark: api.FPDFBookmark_GetFirstChild(document.handle, 0), depth: 0 }];
  for (let next = open.pop(); next !== undefined && items.length < maxItems; next = open.pop()) {
    const { bookmark, depth } = next;
    if (bookmark === 0 || seen.has(bookmark)) continue;
    seen.add(bookmark);
    items.push({ title: readTitle(document, bookmark), depth, pageNumber: readTarget(document, bookmark) });
    open.push({ bookmark: api.FPDFBookmark_GetNextSibling(document.handle, bookmark), depth });
    if (depth < deepest) {
      open.push({ bookmark: api.FPDFBookmark_GetFirstChild(document.handle, bookmark), depth: depth + 1 });
    }
  }
  return items;
}

function readTitle({ pdfium }: PdfiumDocument, bookmark: number): string {
  const title = pdfium.utf16((buffer, bytes) => pdfium.api.FPDFBookmark_GetTitle(bookmark, buffer, bytes));
  return cleanText(title).trim().slice(0, longestTitle).toWellFormed();
}

function readTarget(document: PdfiumDocument, bookmark: number): number | null {
  const { api } = document.pdfium;
  const destination = api.FPDFBookmark_GetDest(document.handle, bookmark);
  if (destination !== 0) return pageOf(document, destination);
  const action = api.FPDFBookmark_GetAction(bookmark);
  return action === 0 || api.FPDFAction_GetType(action) !== goTo
    ? null
    : pageOf(document, api.FPDFAction_GetDest(document.handle, action));
}

/** Returns the 1-based page of a destination; null if it leads to no page of the document. */
export function pageOf(document: PdfiumDocument, destination: number): number | null {
  const index = destination === 0 ? -1 : document.pdfium.api.FPDFDest_GetDestPageIndex(document.handle, destination);
  return index >= 0 && index < document.pageCount ? index + 1 : null;
}
