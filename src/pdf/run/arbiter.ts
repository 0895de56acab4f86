import { garbledShare, mostGarbled } from '../content/garbled.ts';
import type { Fallback } from '../model/document.ts';
import type { ReadPage } from '../model/read-page.ts';

/** Evidence on a page that PDFium has read it wrongly, and whether pdfjs has read it better. */
interface Evidence {
  fallback: Fallback;
  isDoubtful: (page: ReadPage) => boolean;
  isBetter: (other: ReadPage, page: ReadPage) => boolean;
}

/** Thresholds of doubt. */
export const arbiterSettings = {
  /** Share of characters whose meaning PDFium does not know, above which a page is in doubt: it also says so of right ones. */
  unmapped: 0.1,
  /** Letters written from right to left, from which on a page is in doubt: PDFium has their order wrong among Latin ones. */
  fewestRightToLeft: 2,
  /** Share of characters that stand below one another, from which on they are columns that run from top to bottom. */
  vertical: 0.3,
  /** Share of the letters that the other engine must have as well. */
  leastLetters: 0.8,
};

/** Which evidence has a page read by pdfjs as well. Ordinary pages show none of it. docs/extraction.md has this table in words. */
const table: Evidence[] = [
  {
    fallback: 'GARBLED',
    isDoubtful: (page) => page.doubts.unmapped > arbiterSettings.unmapped || shareOf(page) > mostGarbled,
    isBetter: (other, page) => lettersOf(other) > 0 && shareOf(other) <= Math.max(shareOf(page), page.doubts.unmapped),
  },
  {
    fallback: 'RIGHT_TO_LEFT',
    isDoubtful: (page) => countOf(page, rightToLeft) >= arbiterSettings.fewestRightToLeft,
    isBetter: hasLetters,
  },
  {
    fallback: 'VERTICAL',
    isDoubtful: (page) => page.doubts.vertical >= arbiterSettings.vertical,
    isBetter: hasLetters,
  },
  {
    fallback: 'RARE_CHARACTERS',
    isDoubtful: (page) => page.doubts.beyondPlane || page.doubts.hasUnknownIdeographs,
    isBetter: (other, page) =>
      (page.doubts.hasUnknownIdeographs || countOf(other, beyondPlane) > countOf(page, beyondPlane)) &&
      hasLetters(other, page),
  },
];

/** Returns why a page is in doubt; null for nearly all pages. */
export function doubtOf(page: ReadPage): Fallback | null {
  return table.find(({ isDoubtful }) => isDoubtful(page))?.fallback ?? null;
}

/** Reports whether pdfjs has read a doubtful page better than PDFium. */
export function isBetter(fallback: Fallback, other: ReadPage, page: ReadPage): boolean {
  return table.find((evidence) => evidence.fallback === fallback)?.isBetter(other, page) ?? true;
}

const rightToLeft = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/g;
const beyondPlane = /[\u{10000}-\u{10ffff}]/gu;
const letter = /[\p{L}\p{N}]/gu;

function textsOf({ pieces, turned }: ReadPage): string[] {
  return [...pieces, ...turned].map(({ text }) => text);
}

function shareOf(page: ReadPage): number {
  return garbledShare(textsOf(page));
}

function countOf(page: ReadPage, pattern: RegExp): number {
  return textsOf(page).reduce((sum, text) => sum + (text.match(pattern)?.length ?? 0), 0);
}

function lettersOf(page: ReadPage): number {
  return countOf(page, letter);
}

function hasLetters(other: ReadPage, page: ReadPage): boolean {
  return lettersOf(other) >= arbiterSettings.leastLetters * lettersOf(page);
}
