import type { PDFDocumentProxy } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { cleanText } from '../content/clean-text.ts';
import type { OutlineItem } from '../model/document.ts';

/** Enough for any real book. Hostile outlines have millions of entries, or an entry that contains itself. */
const maxItems = 20_000;
const deepest = 64;
const longestTitle = 1_000;

type OutlineNode = Awaited<ReturnType<PDFDocumentProxy['getOutline']>>[number];

/** Reads the bookmarks, flattened in reading order. */
export async function readOutline(document: PDFDocumentProxy): Promise<OutlineItem[]> {
  const pageOf = destinationResolver(document);
  const items: OutlineItem[] = [];
  const visit = async (nodes: OutlineNode[], depth: number) => {
    for (const node of nodes) {
      if (items.length === maxItems) {
        return;
      }
      const title = cleanText(node.title).trim().slice(0, longestTitle);
      items.push({ title, depth, pageNumber: await pageOf(node.dest) });
      if (depth < deepest) {
        await visit(node.items, depth + 1);
      }
    }
  };
  // Null for a document without bookmarks, contrary to pdfjs' types.
  await visit((await document.getOutline()) ?? [], 0);
  return items;
}

/**
 * Creates a function that finds the 1-based page of a named or explicit destination; null if it leads to no page.
 * Caches results.
 */
export function destinationResolver(document: PDFDocumentProxy): (destination: unknown) => Promise<number | null> {
  const known = new Map<string, Promise<number | null>>();
  const find = async (destination: unknown): Promise<number | null> => {
    const explicit = typeof destination === 'string' ? await document.getDestination(destination) : destination;
    const target: unknown = Array.isArray(explicit) ? explicit[0] : null;
    const index = isReference(target) ? await document.getPageIndex(target) : target;
    const inside = typeof index === 'number' && Number.isInteger(index) && index >= 0 && index < document.numPages;
    return inside ? index + 1 : null;
  };
  return (destination) => {
    const key = JSON.stringify(Array.isArray(destination) ? destination.slice(0, 1) : (destination ?? null));
    const found = known.get(key) ?? find(destination).catch(() => null);
    known.set(key, found);
    return found;
  };
}

function isReference(value: unknown): value is { num: number; gen: number } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'num' in value &&
    typeof value.num === 'number' &&
    'gen' in value &&
    typeof value.gen === 'number'
  );
}
