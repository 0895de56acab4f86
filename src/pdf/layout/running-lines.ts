import { bottom, middle } from '../model/box.ts';
import { standsOut } from './headings.ts';
import type { Line } from './lines.ts';

export interface PageLines {
  height: number;
  lines: Line[];
}

/** Thresholds of running headers and footers. */
export const runningSettings = {
  /** Height of the margins that hold them, in parts of the page's height. */
  margin: 0.12,
  /** Pages on which a line must come again to count as running. */
  minPages: 3,
  /** The same in documents of fewer than `shortDocument` pages, where three is too many to ask for. */
  minPagesOfShort: 2,
  shortDocument: 4,
  /** Difference in height up to which lines of two pages stand at the same place, in points. */
  samePlace: 4,
  /** Characters of a line that are compared. */
  comparedLength: 200,
  /** Characters of a line that is nothing but a page number, at most. */
  longestPageNumber: 40,
  /** Distance to the outermost line within which a page number stands alone, in points. */
  outermost: 2,
};

const pageNumber = /^(?:page\s+)?[-–—|\s]*(?:\d{1,5}|[ivxlc]{1,7})[-–—|\s]*(?:(?:of|\/)\s*\d{1,5})?$/i;

/**
 * Returns the running headers and footers of pages: lines in the margins that come again on other pages with other
 * numbers in them, and page numbers at the very edge. `others` are more pages of the same document. `body` is the size
 * of its text: lines in larger type, such as "Chapter 7", must come again with the same numbers, and a large number
 * alone is that of a chapter.
 */
export function runningLines(pages: PageLines[], others: PageLines[], body: number): Set<Line> {
  const isLarge = (line: Line) => standsOut(line.size, body);
  const keyOf = (line: Line) => placeAndText(line, isLarge(line));
  const pagesWith = new Map<string, number>();
  for (const page of [...pages, ...others]) {
    for (const key of new Set(marginal(page).map(keyOf))) {
      pagesWith.set(key, (pagesWith.get(key) ?? 0) + 1);
    }
  }
  const { shortDocument, minPages, minPagesOfShort, outermost } = runningSettings;
  const enough = pages.length + others.length < shortDocument ? minPagesOfShort : minPages;
  return new Set(
    pages.flatMap((page) => {
      const [top, end] = extent(page.lines);
      const isOutermost = (line: Line) => line.y <= top + outermost || bottom(line) >= end - outermost;
      return marginal(page).filter(
        (line) =>
          (pagesWith.get(keyOf(line)) ?? 0) >= enough || (isPageNumber(line) && isOutermost(line) && !isLarge(line)),
      );
    }),
  );
}

function marginal({ height, lines }: PageLines): Line[] {
  const { margin } = runningSettings;
  return lines.filter((line) => bottom(line) < margin * height || line.y > (1 - margin) * height);
}

/**
 * A key of a line's height and text. Headers of left and right pages change sides, so the place across does not count.
 */
function placeAndText(line: Line, withNumbers: boolean): string {
  const { comparedLength, samePlace } = runningSettings;
  const text = line.text.slice(0, comparedLength);
  return `${Math.round(middle(line) / samePlace)} ${withNumbers ? text : text.replace(/\d+/g, '#')}`;
}

function isPageNumber({ text }: Line): boolean {
  return text.length <= runningSettings.longestPageNumber && pageNumber.test(text);
}

function extent(lines: Line[]): [number, number] {
  return lines.reduce<[number, number]>(
    ([top, end], line) => [Math.min(top, line.y), Math.max(end, bottom(line))],
    [Infinity, -Infinity],
  );
}
