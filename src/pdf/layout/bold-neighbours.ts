import { bottom } from '../model/box.ts';
import type { Line } from './lines.ts';

/** Thresholds of bold lines that stand alone. */
export const neighbourSettings = {
  /** Difference in height within one row, in points. */
  sameRow: 1,
  /** Margins at the head and the foot of a page in which bold lines are running ones, in parts of its height. */
  head: 0.06,
  foot: 0.05,
};

/**
 * Returns a test whether a line stands alone, as a bold heading does. Bold lines side by side are the head of a table,
 * and bold lines near the edge of the page are running headers.
 */
export function aloneInRow({ lines, height }: { lines: Line[]; height: number }): (line: Line) => boolean {
  const { sameRow, head, foot } = neighbourSettings;
  const rows = new Map<string, number>();
  const key = (line: Line, step: number) => `${Math.round(line.y / sameRow) + step} ${Math.round(line.size * 2)}`;
  for (const line of lines) {
    if (line.bold) rows.set(key(line, 0), (rows.get(key(line, 0)) ?? 0) + 1);
  }
  return (line) =>
    [-1, 0, 1].reduce((sum, step) => sum + (rows.get(key(line, step)) ?? 0), 0) <= 1 &&
    bottom(line) > head * height &&
    line.y < (1 - foot) * height;
}
