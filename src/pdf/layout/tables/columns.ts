import { right } from '../../model/box.ts';
import type { Piece } from '../../model/piece.ts';
import { toWords } from '../../model/words.ts';

/** A stretch from left to right. */
export interface Column {
  from: number;
  to: number;
}

/** Words that stand together. */
export interface Segment extends Column {
  size: number;
  pieces: Piece[];
}

/** What stands in one cell, or over several columns. */
export interface Part extends Segment {
  first: number;
  last: number;
}

/** Overlaps smaller than this, in sizes of the type, are those of slanted letters and rounded numbers. */
const slack = 0.2;
/** Words that are no nearer to one another than this may belong to different columns. */
const narrowest = 0.24;
/** The same in type of fixed width, whose spaces are 0.6 wide. */
const narrowestOfFixedWidth = 0.7;

/** The columns that a stretch lies in: the first and the last one, or null where there are none. */
function columnsAt(columns: Column[], from: number, to: number, size: number): [number, number] | null {
  let [first, last] = [-1, -1];
  for (const [index, column] of columns.entries()) {
    if (column.from > to) break;
    const least = Math.min(slack * size, 0.4 * (to - from), 0.4 * (column.to - column.from));
    if (Math.min(column.to, to) - Math.max(column.from, from) > least) {
      if (first < 0) first = index;
      last = index;
    }
  }
  return first < 0 ? null : [first, last];
}

/** The line's parts by column; `first` is -1 for one that stands in none of them. */
export function place(line: Segment, columns: Column[]): Part[] {
  const { from, to, size, pieces } = line;
  const [first, last] = columnsAt(columns, from, to, size) ?? [-1, -1];
  // Written out: this is asked of every line many times, and copying all properties takes longer than finding the
  // columns.
  return (first === last ? null : splitWords(line, columns)) ?? [{ from, to, size, pieces, first, last }];
}

/**
 * Columns nearer to one another than cells elsewhere: the line is parted if each part stands at an edge of its column.
 */
function splitWords(line: Segment, columns: Column[]): Part[] | null {
  const parts: Part[] = [];
  const pieces = line.pieces.flatMap((piece) => {
    const hit = columnsAt(columns, piece.x, right(piece), piece.size);
    return hit !== null && hit[0] !== hit[1] ? toWords(piece) : [piece];
  });
  for (const piece of pieces) {
    const hit = columnsAt(columns, piece.x, right(piece), piece.size);
    if (hit !== null && hit[0] !== hit[1]) return null;
    const before = parts.at(-1);
    const column = hit?.[0] ?? -1;
    if (before !== undefined && (column === before.first || column === -1)) {
      before.to = right(piece);
      before.pieces.push(piece);
    } else if (before !== undefined && before.first === -1) {
      Object.assign(before, { first: column, last: column, to: right(piece) });
      before.pieces.push(piece);
    } else {
      parts.push({ size: line.size, first: column, last: column, from: piece.x, to: right(piece), pieces: [piece] });
    }
  }
  const fits = parts.every((part, index) => {
    const [column, before] = [columns[part.first], parts[index - 1]];
    if (column === undefined) return false;
    const least = part.pieces.every(({ fixedWidth }) => fixedWidth) ? narrowestOfFixedWidth : narrowest;
    if (before !== undefined && part.from - before.to < least * line.size) return false;
    return isAligned(part, column, 0.5 * line.size);
  });
  return fits ? parts : null;
}

/** What stands in none of the columns belongs to the one that is nearest. */
export function intoNearest(part: Part, columns: Column[]): Part {
  if (part.first >= 0) return part;
  const distances = columns.map(({ from, to }) => Math.max(from - part.to, part.from - to));
  const nearest = distances.indexOf(Math.min(...distances));
  return { ...part, first: nearest, last: nearest };
}

/** At the left, the right, or in the middle of it. */
export function isAligned(part: Column, column: Column, tolerance: number): boolean {
  return (
    Math.abs(part.from - column.from) < tolerance ||
    Math.abs(part.to - column.to) < tolerance ||
    Math.abs(part.from + part.to - column.from - column.to) < 2 * tolerance
  );
}
