import { middle, right } from '../../model/box.ts';
import type { Piece } from '../../model/piece.ts';
import { toWords } from '../../model/words.ts';
import { type Grid, type GridCell, slot } from './grid.ts';
import { isDatum } from './table-cells.ts';

/** Thresholds of empty strips that part the columns of a grid. Widths are in sizes of the type. */
export const stripSettings = {
  /** Minimum width beside words, where a gap may be one between words. */
  words: 1.5,
  /** Minimum width between two columns of numbers. */
  numbers: 0.4,
  /** Minimum numbers of such a column, and their share of its pieces: a head stands above them. */
  minNumbers: 5,
  mostlyNumbers: 0.7,
  /** Minimum number of pieces at a straight edge; compared with these, what crosses the edge must be few. */
  minAtEdge: 4,
  mostlyAtEdge: 0.7,
  /** Minimum share of numbers among them: words alone may be set apart within a cell. */
  numbersAtEdge: 0.3,
  /** Maximum columns of a grid that is searched. */
  maxColumns: 50,
};

/** Several numbers in one text. Shorter ones may be the thousands of one number. */
const areLongNumbers = /^\s*[-+(]?\d[\d.,]{3,}[)%]?(?:\s+[-+(]?\d[\d.,]{3,}[)%]?)+\s*$/;

/** Splits a piece that has several numbers: programs may write the numbers of neighbouring columns as one text. */
export function splitNumbers(piece: Piece): Piece[] {
  return areLongNumbers.test(piece.text) ? toWords({ ...piece, text: piece.text.trim() }) : [piece];
}

/**
 * Adds columns without a rule between them: an empty strip or a straight edge separates them, at least below the head.
 */
export function hiddenColumns(grid: Grid, pieces: Piece[]): Grid {
  let result = grid;
  for (let column = 0; column + 1 < result.xs.length && result.xs.length <= stripSettings.maxColumns; ) {
    const [from = 0, to = 0] = [result.xs[column], result.xs[column + 1]];
    const there = pieces.filter((piece) => piece.x >= from - 2 && right(piece) <= to + 2);
    const crossed = pieces.some((piece) => piece.x < from - 2 && right(piece) > from + 20);
    const strip = (crossed ? null : (stripIn(there) ?? stripUnderHead(result, there))) ?? stripAtEdge(there);
    if (strip === null) column += 1;
    else result = splitColumn(result, strip, there);
  }
  return result;
}

/** Returns the widest empty strip that parts a column, or null. */
function stripIn(pieces: Piece[]): number | null {
  const words = widestStrip(pieces, stripSettings.words);
  if (words !== null && sides(pieces, words).left.some(({ text }) => /\p{L}{2}/u.test(text))) return words;
  const numbers = widestStrip(pieces, stripSettings.numbers);
  return numbers !== null && Object.values(sides(pieces, numbers)).every(areNumbers) ? numbers : null;
}

/** Returns the strip between columns of numbers below a head that spans them. */
function stripUnderHead({ ys }: Grid, pieces: Piece[]): number | null {
  const [, end = Infinity] = ys;
  const body = pieces.filter((piece) => middle(piece) > end);
  const strip = body.length === pieces.length ? null : widestStrip(body, stripSettings.numbers);
  return strip !== null && Object.values(sides(body, strip)).every(areNumbers) ? strip : null;
}

/**
 * Returns the strip left of a straight edge: pieces that begin one below the other, far from the text on their left.
 */
function stripAtEdge(pieces: Piece[]): number | null {
  const { words, minAtEdge, mostlyAtEdge, numbersAtEdge } = stripSettings;
  const rows = new Map<number, Piece[]>();
  for (const piece of pieces.toSorted((a, b) => a.x - b.x)) {
    const key = Math.round(middle(piece) / 2);
    rows.set(key, [...(rows.get(key) ?? []), piece]);
  }
  const edges = new Map<number, { count: number; numbers: number; from: number; to: number }>();
  for (const row of rows.values()) {
    for (const [index, piece] of row.entries()) {
      const before = row[index - 1];
      if (before === undefined || piece.x - right(before) < words * piece.size) continue;
      const edge = edges.get(Math.round(piece.x)) ?? { count: 0, numbers: 0, from: -Infinity, to: Infinity };
      edge.count += 1;
      if (isDatum(piece.text)) edge.numbers += 1;
      edge.from = Math.max(edge.from, right(before));
      edge.to = Math.min(edge.to, piece.x);
      edges.set(Math.round(piece.x), edge);
    }
  }
  const best = [...edges.values()].sort((a, b) => b.count - a.count)[0];
  if (best === undefined || best.count < minAtEdge || best.numbers < numbersAtEdge * best.count) return null;
  if (best.to <= best.from) return null;
  const x = (best.from + best.to) / 2;
  const crossing = pieces.filter((piece) => piece.x < x && right(piece) > x).length;
  return crossing <= (1 - mostlyAtEdge) * best.count ? x : null;
}

function widestStrip(pieces: Piece[], least: number): number | null {
  let best: { x: number; width: number } | null = null;
  let end = -Infinity;
  for (const piece of [...pieces].sort((a, b) => a.x - b.x)) {
    const width = piece.x - end;
    if (end > -Infinity && width > least * piece.size && (best === null || width > best.width)) {
      best = { x: piece.x - width / 2, width };
    }
    end = Math.max(end, right(piece));
  }
  if (best === null) return null;
  const { x } = best;
  const heights = new Set(pieces.flatMap((piece) => (piece.x < x ? [] : around(middle(piece)))));
  const beside = sides(pieces, x).left.filter((piece) => heights.has(Math.round(middle(piece) / 2)));
  return beside.length >= 2 ? x : null;
}

function sides(pieces: Piece[], x: number): { left: Piece[]; right: Piece[] } {
  return { left: pieces.filter((piece) => right(piece) <= x), right: pieces.filter((piece) => piece.x >= x) };
}

function areNumbers(pieces: Piece[]): boolean {
  const { minNumbers, mostlyNumbers } = stripSettings;
  const numbers = pieces.filter(({ text }) => isDatum(text)).length;
  return numbers >= minNumbers && numbers >= mostlyNumbers * pieces.length;
}

function around(height: number): number[] {
  return [Math.floor(height / 2), Math.ceil(height / 2)];
}

/** Splits a column at a strip. A cell whose text crosses the strip spans both parts. */
function splitColumn(grid: Grid, x: number, pieces: Piece[]): Grid {
  const across = pieces.filter((piece) => piece.x < x && right(piece) > x).map(middle);
  const isCrossed = ({ row, rows }: GridCell) =>
    across.some((y) => y > (grid.ys[row] ?? 0) && y < (grid.ys[row + rows] ?? 0));
  const column = slot(grid.xs, x);
  const xs = [...grid.xs.slice(0, column + 1), x, ...grid.xs.slice(column + 1)];
  const cells = grid.cells.flatMap((cell): GridCell[] => {
    if (cell.column > column) return [{ ...cell, column: cell.column + 1 }];
    const isSplit = cell.column === column && cell.columns === 1 && !isCrossed(cell);
    if (isSplit) return [cell, { ...cell, column: column + 1 }];
    return [cell.column + cell.columns > column ? { ...cell, columns: cell.columns + 1 } : cell];
  });
  return { ...grid, xs, cells };
}
