import { middle } from '../../model/box.ts';
import type { Piece } from '../../model/piece.ts';
import { firstWordWidth } from '../line-ends.ts';
import { type Line, toLines } from '../lines.ts';
import type { Grid, GridCell } from './grid.ts';
import { isDatum } from './table-cells.ts';

interface Filled extends GridCell {
  pieces: Piece[];
}

/** Fewer numbers one below the other may be one cell's. */
const minRows = 3;

/** Difference in height up to which lines stand side by side, in sizes of the type. */
const sameHeight = 0.3;
/** Room that must be left in a line beside the next word, and the maximum padding of a cell, in sizes of the type. */
const space = 0.5;
const maxPadding = 2;
/** Share of the line ends with such room, at least, that are ends of rows. */
const earlyEnds = 0.6;

/** Share of the lines of a column that are numbers, at least. */
const maxNumbers = 0.9;

/**
 * Returns the cells with the rows that have no rule between them: numbers one below the other each begin a row, and so
 * do lines that stand side by side in all cells and end before the edge of their cells.
 */
export function hiddenRows(cells: Filled[], { xs, ys }: Grid): Filled[] {
  const bands = new Map<number, Filled[]>();
  for (const cell of cells) {
    if (cell.rows === 1 && cell.pieces.length > 0) bands.set(cell.row, [...(bands.get(cell.row) ?? []), cell]);
  }
  let result = cells;
  for (const [row, band] of [...bands].sort(([a], [b]) => b - a)) {
    const numbers = startsOf(band);
    const starts = numbers.length >= minRows ? numbers : startsOfLines(band, xs);
    const place = { row, from: ys[row] ?? 0, to: ys[row + 1] ?? Infinity };
    if (starts.length > 1) result = result.flatMap((cell) => splitCell(cell, place, starts));
  }
  return result;
}

interface CellLines {
  cell: Filled;
  /** From top to bottom, each with its middle. */
  lines: (Line & { at: number })[];
}

/**
 * Returns where the lines of a band begin if each of them is a row: they stand side by side in all cells. They are
 * numbers, or most of them end before the edge of their cells, where the next word would have had room: running text
 * breaks only where it has none.
 */
function startsOfLines(band: Filled[], xs: number[]): Start[] {
  const cells = band.map((cell): CellLines => {
    const lines = toLines(cell.pieces).map((line) => ({ ...line, at: middle(line) }));
    return { cell, lines: lines.sort((a, b) => a.at - b.at) };
  });
  const [first] = cells;
  if (first === undefined || cells.length < 2 || !cells.every((other) => isBeside(first, other))) return [];
  const numbers = cells.filter(({ lines }) => lines.every(({ text }) => isNumber(text) && !isBracketed.test(text)));
  const ends = cells.flatMap((each) => lineEnds(each, xs));
  const isApart = ends.filter(Boolean).length >= earlyEnds * ends.length;
  const isSplit =
    (numbers.length > 1 && numbers.length >= cells.length - 1) || (first.lines.length >= minRows && isApart);
  return isSplit ? first.lines.map(({ at, size }) => ({ at, size })) : [];
}

/** Standard errors stand in brackets below the number that they belong to. */
const isBracketed = /^[([]/;

function isBeside(first: CellLines, { lines }: CellLines): boolean {
  return (
    lines.length === first.lines.length &&
    lines.every((line, index) => Math.abs(line.at - (first.lines[index]?.at ?? Infinity)) < sameHeight * line.size)
  );
}

/**
 * For each line end of a cell, whether the first word of the next line would have had room before the edge of the cell.
 */
function lineEnds({ cell, lines }: CellLines, xs: number[]): boolean[] {
  const [from = 0, to = 0] = [xs[cell.column], xs[cell.column + cell.columns]];
  const padding = Math.max(0, Math.min(...lines.map(({ x }) => x)) - from);
  return lines.slice(1).map((line, index) => {
    const room = to - from - (lines[index]?.width ?? 0) - Math.min(2 * padding, maxPadding * line.size);
    return firstWordWidth(line) + space * line.size <= room;
  });
}

interface Start {
  at: number;
  size: number;
}

/** Where the rows of a band begin: the middles of the numbers. None if nothing stands beside most of them. */
function startsOf(band: Filled[]): Start[] {
  if (band.length < 2 || !band.some(({ pieces }) => pieces.length >= minRows)) return [];
  const columns = band.map(({ pieces }) => toLines(pieces).map((line) => ({ ...line, at: middle(line) })));
  const isData = columns.map((lines) => lines.length >= minRows && areNumbers(lines));
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

/** Notes such as "(X)" stand among numbers, too. */
function areNumbers(lines: { text: string }[]): boolean {
  return lines.filter(({ text }) => isNumber(text)).length >= maxNumbers * lines.length;
}

function isNumber(text: string): boolean {
  return isDatum(text) && !/\p{L}{2}/u.test(text);
}

interface Band {
  row: number;
  from: number;
  to: number;
}

function splitCell(cell: Filled, { row, from, to }: Band, starts: Start[]): Filled[] {
  const more = starts.length - 1;
  if (cell.row > row) return [{ ...cell, row: cell.row + more }];
  if (cell.row + cell.rows <= row) return [cell];
  if (cell.rows > 1) {
    const isLast = cell.row + cell.rows === row + 1;
    const isInside = cell.pieces.length > 1 && cell.pieces.every((piece) => middle(piece) > from && middle(piece) < to);
    if (!isLast || !isInside) return [{ ...cell, rows: cell.rows + more }];
    // What stands beside the rows belongs to them, even if no rule parts its cell from the one above.
    const above = { ...cell, rows: cell.rows - 1, pieces: [] };
    return [above, ...splitCell({ ...cell, row, rows: 1 }, { row, from, to }, starts)];
  }
  const parts = starts.map((_, index): Filled => ({ ...cell, row: row + index, pieces: [] }));
  for (const piece of cell.pieces) parts[startOf(piece, starts)]?.pieces.push(piece);
  return parts;
}

/** Cells of several lines begin beside their row's number. */
function startOf(piece: Piece, starts: Start[]): number {
  const next = starts.findIndex(({ at, size }) => at > middle(piece) + 0.5 * size);
  return next < 0 ? starts.length - 1 : Math.max(0, next - 1);
}
