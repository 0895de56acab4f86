import { bottom } from '../model/box.ts';
import type { Shape } from '../model/drawing.ts';

/** Heights of type, in points. */
const [lowest, highest] = [3, 60];
/** Letters that make a line of text, lines and letters that make a page of it. */
const [leastOfLine, leastLines, leastLetters] = [5, 3, 60];

/**
 * Whether the outlines of letters are what a page shows: shapes with curves in the height of type that stand in rows, letter by letter or
 * a line at a time. The marks of a chart stand in rows by chance, but are all of one width.
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
    // What is many letters wide is as good as many widths.
    for (let each = 0; each < Math.min(letters, leastOfLine); each += 1) row.widths.add(Math.round(shape.width) + each);
  }
  const lines = [...rows.values()].filter(({ letters, widths }) => letters >= leastOfLine && widths.size > 2);
  return lines.length >= leastLines && lines.reduce((sum, { letters }) => sum + letters, 0) >= leastLetters;
}
