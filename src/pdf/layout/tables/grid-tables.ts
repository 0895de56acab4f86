import { type Box, middle, right, union } from '../../model/box.ts';
import type { Rules } from '../../model/drawing.ts';
import type { Piece } from '../../model/piece.ts';
import type { Cell } from '../../model/table.ts';
import { toWords } from '../../model/words.ts';
import { toLines } from '../lines.ts';
import type { Column } from './columns.ts';
import { findGrids, type Grid, type GridCell, slot } from './grid.ts';
import { hiddenColumns, splitNumbers } from './hidden-columns.ts';
import { hiddenRows } from './hidden-rows.ts';
import { smallestCell } from './rules.ts';
import { outside, type PlacedTable } from './table.ts';

interface Filled extends GridCell {
  pieces: Piece[];
}

/** The tables whose cells are drawn with rules. What stands in one that lies in a cell of another is not told twice. */
export function gridTables(rules: Rules, pieces: Piece[]): PlacedTable[] {
  const tables: PlacedTable[] = [];
  const grids = findGrids(rules, smallestRow(pieces));
  for (const grid of grids.toSorted((a, b) => a.width * a.height - b.width * b.height)) {
    const table = toTable(grid, outside(tables, pieces));
    if (table !== null) tables.push(table);
  }
  return tables;
}

/** No row is lower than the type of its text: what stands nearer together are double rules. */
function smallestRow(pieces: Piece[]): number {
  const sizes = pieces
    .filter(({ text }) => /\p{L}{2}/u.test(text))
    .map(({ size }) => size)
    .sort((a, b) => a - b);
  return Math.max(smallestCell, 0.95 * (sizes[Math.floor(sizes.length / 20)] ?? 0));
}

function toTable(grid: Grid, all: Piece[]): PlacedTable | null {
  const inside = all.filter((piece) => isInside(grid, piece));
  const parts = inside.flatMap(splitNumbers);
  const columns = hiddenColumns(grid, parts);
  const filled = hiddenRows(
    fill(columns, parts).flatMap((cell) => splitSpan(columns, cell)),
    columns,
  );
  if (!isTable(filled)) return null;
  return { box: grid, rows: compact(filled), pieces: new Set(inside), columns: textColumns(filled) };
}

function isInside(grid: Box, piece: Piece): boolean {
  const y = middle(piece);
  return (
    piece.x > grid.x - 2 && right(piece) < grid.x + grid.width + piece.size && y > grid.y && y < grid.y + grid.height
  );
}

/** Legends and buttons have less text, in characters. */
const shortestTable = 30;

/** Charts have grids, too, but little stands in their cells. */
function isTable(cells: Filled[]): boolean {
  const filled = cells.filter(({ pieces }) => pieces.length > 0);
  const columns = new Set(filled.map(({ column }) => column));
  const rows = new Map<number, number>();
  for (const { row } of filled) rows.set(row, (rows.get(row) ?? 0) + 1);
  const fullRows = [...rows.values()].filter((count) => count > 1).length;
  const words = filled.filter((cell) => cell.pieces.some(({ text }) => /\p{L}{2}/u.test(text)));
  const length = filled.reduce((sum, cell) => cell.pieces.reduce((all, { text }) => all + text.length, sum), 0);
  const used = cells.filter((cell) => columns.has(cell.column) && rows.has(cell.row));
  if (columns.size > 1 && rows.size >= fullGrid.rows && filled.length >= fullGrid.fill * used.length) return true;
  return (
    (isForm(filled, used) ||
      ((columns.size > 1 ? fullRows > 1 : isStack(filled, words)) && filled.length * 5 >= used.length * 2)) &&
    words.length > 1 &&
    length >= shortestTable
  );
}

/** A grid of several columns with at least this many rows, and this share of its cells filled, is always a table. */
const fullGrid = { rows: 3, fill: 0.9 };

/** A column of boxes is a table if there are enough, and words in all; with fewer it may be a notice. */
function isStack(filled: Filled[], words: Filled[]): boolean {
  return filled.length >= 4 && words.length === filled.length;
}

/** To be filled in: only its head and its first column have text, each of them nearly all of their cells. */
function isForm(filled: Filled[], used: Filled[]): boolean {
  const head = Math.min(...filled.map(({ row }) => row));
  const first = Math.min(...filled.map(({ column }) => column));
  const isLabel = ({ row, column }: Filled) => row === head || column === first;
  const labels = used.filter(isLabel).length;
  return used.length - labels >= 4 && filled.every(isLabel) && filled.length + 1 >= labels;
}

function fill(grid: Grid, pieces: Piece[]): Filled[] {
  const columns = grid.xs.length - 1;
  const cells = grid.cells.map((cell): Filled => ({ ...cell, pieces: [] }));
  const owner = new Map<number, Filled>();
  for (const cell of cells) {
    for (let row = cell.row; row < cell.row + cell.rows; row += 1) {
      for (let column = cell.column; column < cell.column + cell.columns; column += 1) {
        owner.set(row * columns + column, cell);
      }
    }
  }
  const ownerAt = (x: number, y: number) => owner.get(slot(grid.ys, y) * columns + slot(grid.xs, x));
  for (const piece of pieces) {
    const first = ownerAt(piece.x + Math.min(piece.width / 2, 4), middle(piece));
    const last = ownerAt(right(piece) - Math.min(piece.width / 2, 4), middle(piece));
    for (const part of first === last ? [piece] : toWords(piece)) {
      (first === last ? first : ownerAt(part.x + part.width / 2, middle(part)))?.pieces.push(part);
    }
  }
  return cells;
}

/**
 * Splits a spanning cell if its text keeps to the columns of the other rows; cells without a rule between them are one.
 */
function splitSpan(grid: Grid, cell: Filled): Filled[] {
  if (cell.columns === 1 || cell.pieces.length < 2) {
    return [cell];
  }
  const lanes = new Map<number, Piece[]>();
  for (const piece of cell.pieces) {
    const lane = slot(grid.xs, piece.x + 1);
    if (slot(grid.xs, right(piece) - 1) !== lane) {
      return [cell];
    }
    const there = lanes.get(lane);
    if (there === undefined) lanes.set(lane, [piece]);
    else there.push(piece);
  }
  if (lanes.size < 2) {
    return [cell];
  }
  return Array.from({ length: cell.columns }, (_, index) => {
    const column = cell.column + index;
    return { ...cell, column, columns: 1, pieces: lanes.get(column) ?? [] };
  });
}

function cellText(pieces: Piece[]): string {
  const lines = toLines(pieces).sort((a, b) => middle(a) - middle(b) || a.x - b.x);
  return lines.map(({ text }) => text).join(' ');
}

/** Rows of cells, without the columns and rows in which nothing stands. */
function compact(cells: Filled[]): Cell[][] {
  const filled = cells.filter(({ pieces }) => pieces.length > 0);
  const usedRows = sorted(filled.map(({ row }) => row));
  const usedColumns = sorted(filled.map(({ column }) => column));
  const rows: Cell[][] = usedRows.map(() => []);
  for (const cell of [...cells].sort((a, b) => a.row - b.row || a.column - b.column)) {
    const first = usedRows.findIndex((row) => row >= cell.row);
    const rowSpan = usedRows.filter((row) => row >= cell.row && row < cell.row + cell.rows).length;
    const span = usedColumns.filter((column) => column >= cell.column && column < cell.column + cell.columns).length;
    if (span > 0 && rowSpan > 0) {
      rows[first]?.push({ text: cellText(cell.pieces), columns: span, rows: rowSpan });
    }
  }
  return rows;
}

/** Where the text of each column stands, by the cells that span none; null if a column has no such cell. */
function textColumns(cells: Filled[]): Column[] | null {
  const columns = sorted(cells.filter(({ pieces }) => pieces.length > 0).map(({ column }) => column)).map((column) => {
    const own = cells.filter((cell) => cell.column === column && cell.columns === 1);
    const pieces = own.flatMap((cell) => cell.pieces);
    return pieces.length === 0 ? null : union(pieces);
  });
  return columns.every((box) => box !== null) ? columns.map((box) => ({ from: box.x, to: right(box) })) : null;
}

function sorted(values: number[]): number[] {
  return [...new Set(values)].sort((a, b) => a - b);
}
