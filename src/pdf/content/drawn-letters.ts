import { bottom } from '../model/box.ts';
import type { Shape } from '../model/drawing.ts';

/** Minimum and maximum height of letters, in points. */
const [lowest, highest] = [3, 60];
/** Minimum letters of a line, minimum lines of a page, and minimum letters of a page. */
const [minPerLine, minLines, minLetters] = [5, 3, 60];

/**
 * Whether a page shows the outlines of letters: curved shapes as high as letters that form rows, with a shape per
 * letter or per line. The marks of a chart may form rows by chance, but all have the same width.
 */
export function drawsLetters(shapes: Shape[]): boolean {
  const rows = new Map<number, { letters: number; widths: Set<number> }>();
  for (const shape of shapes) {
    if (!shape.curved || shape.height < lowest || shape.height > highest) continue;
    const at = Math.round(bottom(shape));
    const row = rows.get(at) ?? { letters: 0, widths: new Set() };
    rows.set(at, row);
    const letters = Math.max(1, Math.round(shape.width / (0.6 * shape.height)));
    row.letters += letters;
    // A shape as wide as several letters counts as several widths.
    for (let each = 0; each < Math.min(letters, minPerLine); each += 1) row.widths.add(Math.round(shape.width) + each);
  }
  const lines = [...rows.values()].filter(({ letters, widths }) => letters >= minPerLine && widths.size > 2);
  return lines.length >= minLines && lines.reduce((sum, { letters }) => sum + letters, 0) >= minLetters;
}
