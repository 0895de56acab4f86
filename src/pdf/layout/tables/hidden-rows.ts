import { middle } from '../../model/box.ts';
import type { Piece } from '../../model/piece.ts';
import { toLines } from '../lines.ts';
import type { GridCell } from './grid.ts';
import { isDatum } from './table-cells.ts';

interface Filled extends GridCell {
  pieces: Piece[];
}

/** Fewer numbers one below the other may be one cell's. */
const fewestRows = 3;

/** The cells with the rows that have no rule between them, but numbers one below the other: each of those begins a row. */
export function hiddenRows(cells: Filled[]): Filled[] {
  const bands = new Map<number, Filled[]>();
  for (const cell of cells) {
    if (cell.rows === 1 && cell.pieces.length > 0) bands.set(cell.row, [...(bands.get(cell.row) ?? []), cell]);
  }
  let result = cells;
  for (const [row, band] of [...bands].sort(([a], [b]) => b - a)) {
    const starts = startsOf(band);
    if (starts.length >= fewestRows) result = result.flatMap((cell) => splitCell(cell, row, starts));
  }
  return result;
}

interface Start {
  at: number;
  size: number;
}

/** Where the rows of a band begin: the middles of the numbers. None if nothing stands beside most of them. */
function startsOf(band: Filled[]): Start[] {
  if (band.length < 2 || !band.some(({ pieces }) => pieces.length >= fewestRows)) return [];
  const columns = band.map(({ pieces }) => toLines(pieces).map((line) => ({ ...line, at: middle(line) })));
  const isData = columns.map((lines) => lines.length >= fewestRows && lines.every(({ text }) => isNumber(text)));
  const starts: Start[] = [];
  for (const line of columns.flatMap((lines, index) => (isData[index] ? lines : [])).sort((a, b) => a.at - b.at)) {
    const last = starts.at(-1);
    if (last === undefined || line.at - last.at > 0.5 * line.size) starts.push({ at: line.at, size: line.size });
  }
  const isBeside = (lines: { at: number }[]) =>
    starts.filter((start) => lines.some(({ at }) => Math.abs(at - start.at) < 0.5 * start.size)).length * 2 >=
    starts.length;
  return columns.filter(isBeside).length > 1 ? starts : [];
}

function isNumber(text: string): boolean {
  return isDatum(text) && !/\p{L}{2}/u.test(text);
}

function splitCell(cell: Filled, row: number, starts: Start[]): Filled[] {
  const more = starts.length - 1;
  if (cell.row > row) return [{ ...cell, row: cell.row + more }];
  if (cell.row + cell.rows <= row) return [cell];
  if (cell.rows > 1) return [{ ...cell, rows: cell.rows + more }];
  const parts = starts.map((_, index): Filled => ({ ...cell, row: row + index, pieces: [] }));
  for (const piece of cell.pieces) parts[startOf(piece, starts)]?.pieces.push(piece);
  return parts;
}

/** Cells of several lines begin beside their row's number. */
function startOf(piece: Piece, starts: Start[]): number {
  const next = starts.findIndex(({ at, size }) => at > middle(piece) + 0.5 * size);
  return next < 0 ? starts.length - 1 : Math.max(0, next - 1);
}
