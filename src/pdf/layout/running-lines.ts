import { bottom, middle } from '../model/box.ts';
import { standsOut } from './headings.ts';
import type { Line } from './lines.ts';

export interface PageLines {
  height: number;
  lines: Line[];
}

/** How far from the edge of a page running headers and footers stand, in parts of its height. */
const margin = 0.12;
const pageNumber = /^(?:page\s+)?[-–—|\s]*(?:\d{1,5}|[ivxlc]{1,7})[-–—|\s]*(?:(?:of|\/)\s*\d{1,5})?$/i;

/**
 * The running headers and footers of pages: lines near the edges that come again on other pages, but for the numbers in them, and
 * page numbers that stand alone. `others` are more pages of the same document; `body` is the size of its text: of lines in larger type,
 * such as "Chapter 7", each number makes another one, and a number alone is that of a chapter.
 */
export function runningLines(pages: PageLines[], others: PageLines[], body: number): Set<Line> {
  const isLarge = (line: Line) => line.size >= standsOut * body;
  const keyOf = (line: Line) => placeAndText(line, isLarge(line));
  const pagesWith = new Map<string, number>();
  for (const page of [...pages, ...others]) {
    for (const key of new Set(marginal(page).map(keyOf))) {
      pagesWith.set(key, (pagesWith.get(key) ?? 0) + 1);
    }
  }
  const enough = pages.length + others.length < 4 ? 2 : 3;
  return new Set(
    pages.flatMap((page) => {
      const [top, end] = extent(page.lines);
      const isOutermost = (line: Line) => line.y <= top + 2 || bottom(line) >= end - 2;
      return marginal(page).filter(
        (line) =>
          (pagesWith.get(keyOf(line)) ?? 0) >= enough || (isPageNumber(line) && isOutermost(line) && !isLarge(line)),
      );
    }),
  );
}

function marginal({ height, lines }: PageLines): Line[] {
  return lines.filter((line) => bottom(line) < margin * height || line.y > (1 - margin) * height);
}

/** Headers of left and right pages change sides, so where a line stands counts by its height alone. */
function placeAndText(line: Line, withNumbers: boolean): string {
  const text = line.text.slice(0, 200);
  return `${Math.round(middle(line) / 4)} ${withNumbers ? text : text.replace(/\d+/g, '#')}`;
}

function isPageNumber({ text }: Line): boolean {
  return text.length <= 40 && pageNumber.test(text);
}

function extent(lines: Line[]): [number, number] {
  return lines.reduce<[number, number]>(
    ([top, end], line) => [Math.min(top, line.y), Math.max(end, bottom(line))],
    [Infinity, -Infinity],
  );
}
