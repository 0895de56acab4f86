import { garbledShare, maxGarbled } from '../content/garbled.ts';
import type { Fallback } from '../model/document.ts';
import type { ReadPage } from '../model/read-page.ts';

/** Evidence that PDFium has misread a page, and whether pdfjs has read it better. */
interface Evidence {
  fallback: Fallback;
  isDoubtful: (page: ReadPage) => boolean;
  isBetter: (other: ReadPage, page: ReadPage) => boolean;
}

/** Thresholds of doubt. */
export const arbiterSettings = {
  /**
   * Share of characters whose meaning PDFium does not know, above which a page is doubtful. It reports some correct
   * ones, too.
   */
  unmapped: 0.1,
  /** Minimum right-to-left letters of a doubtful page: PDFium gets their order wrong among Latin ones. */
  minRightToLeft: 2,
  /** Minimum share of characters below one another for a page with columns that run from top to bottom. */
  vertical: 0.3,
  /** Minimum share of the letters that the other engine must have read as well. */
  minLetters: 0.8,
};

/**
 * The evidence for which pdfjs reads a page, too. Ordinary pages have none. docs/extraction.md describes this table.
 */
const table: Evidence[] = [
  {
    fallback: 'GARBLED',
    isDoubtful: (page) => page.doubts.unmapped > arbiterSettings.unmapped || shareOf(page) > maxGarbled,
    isBetter: (other, page) => lettersOf(other) > 0 && shareOf(other) <= Math.max(shareOf(page), page.doubts.unmapped),
  },
  {
    fallback: 'RIGHT_TO_LEFT',
    isDoubtful: (page) => countOf(page, rightToLeft) >= arbiterSettings.minRightToLeft,
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

/** Returns why a page is doubtful; null for nearly all pages. */
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
  return lettersOf(other) >= arbiterSettings.minLetters * lettersOf(page);
}
