import type { PageRange } from './extraction.ts';

/** `options.pages` is invalid. The message is for clients. */
export class PageRangesError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'PageRangesError';
  }
}

const longest = 2_000;
const highestPage = 9_999_999;

/**
 * Parses page ranges such as "1-5, 9, 20-": single pages, ranges, and a range to the end, whose `last` is Infinity.
 * Throws `PageRangesError` for anything else, including "-3", which could mean the first three pages or the third last.
 */
export function parsePageRanges(text: string): PageRange[] {
  if (text.length > longest) {
    throw new PageRangesError(`The page ranges are longer than ${longest} characters.`);
  }
  if (text.trim() === '') {
    throw new PageRangesError('The page ranges are empty; leave them out for all pages.');
  }
  return text.split(',').map(parseRange);
}

function parseRange(part: string): PageRange {
  const match = /^\s*(\d+)\s*(-\s*(\d+)?\s*)?$/.exec(part);
  const shown = part.trim().slice(0, 40);
  if (match === null) {
    throw new PageRangesError(`"${shown}" is not a page range; write ranges such as "1-5,9,20-".`);
  }
  const first = Number(match[1]);
  const end = match[3] === undefined ? Number.POSITIVE_INFINITY : Number(match[3]);
  const last = match[2] === undefined ? first : end;
  if (first === 0 || last === 0) {
    throw new PageRangesError(`"${shown}" names page 0; the first page is 1.`);
  }
  if (first > highestPage || (last > highestPage && last !== Number.POSITIVE_INFINITY)) {
    throw new PageRangesError(`"${shown}" names a page above ${highestPage}.`);
  }
  if (last < first) {
    throw new PageRangesError(`"${shown}" runs backwards.`);
  }
  return { first, last };
}

/**
 * Clips the ranges to the document, sorts and merges them; empty if they contain no page of it. `null` means all pages.
 */
export function resolvePageRanges(ranges: PageRange[] | null, pageCount: number): PageRange[] {
  const cut = (ranges ?? [{ first: 1, last: pageCount }])
    .map(({ first, last }) => ({ first, last: Math.min(last, pageCount) }))
    .filter(({ first, last }) => first <= last)
    .sort((a, b) => a.first - b.first);
  const merged: PageRange[] = [];
  for (const range of cut) {
    const before = merged.at(-1);
    if (before !== undefined && range.first <= before.last + 1) {
      before.last = Math.max(before.last, range.last);
    } else {
      merged.push({ ...range });
    }
  }
  return merged;
}

/** Returns the number of pages in sorted, merged ranges. */
export function countPages(ranges: PageRange[]): number {
  return ranges.reduce((sum, { first, last }) => sum + last - first + 1, 0);
}
