import { middle } from '../../model/box.ts';
import type { Line } from '../lines.ts';
import type { Segment } from './columns.ts';

/** What stands on one height, from left to right. */
export interface Row {
  y: number;
  bottom: number;
  size: number;
  segments: Segment[];
}

function toSegment({ x, width, size, pieces }: Line): Segment {
  return { from: x, to: x + width, size, pieces };
}

/** The lines by height. */
export function toRows(lines: Line[]): Row[] {
  const rows: Row[] = [];
  let first: Line | null = null;
  for (const line of lines.toSorted((a, b) => middle(a) - middle(b) || a.x - b.x)) {
    // Boxes are higher than the type in some fonts.
    const top = middle(line) - line.size / 2;
    const row = rows.at(-1);
    if (row !== undefined && first !== null && middle(line) - middle(first) < 0.35 * Math.min(line.size, first.size)) {
      row.segments.push(toSegment(line));
      row.y = Math.min(row.y, top);
      row.bottom = Math.max(row.bottom, top + line.size);
      row.size = Math.max(row.size, line.size);
    } else {
      rows.push({ y: top, bottom: top + line.size, size: line.size, segments: [toSegment(line)] });
      first = line;
    }
  }
  for (const row of rows) row.segments.sort((a, b) => a.from - b.from);
  return rows;
}
