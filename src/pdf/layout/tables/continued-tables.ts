import { union } from '../../model/box.ts';
import { type Line, toLines } from '../lines.ts';
import type { Column, Part } from './columns.ts';
import type { PlacedTable } from './table.ts';
import { continues, hasData, type TableRow, toCells } from './table-cells.ts';
import { type Row, toRows } from './table-rows.ts';
import { placeRow } from './table-runs.ts';

/** Thresholds of tables that continue beyond their rules or shaded rows. */
export const continuedSettings = {
  /** Share of the columns in which a row outside must have text, and the minimum number of them. */
  filledShare: 0.6,
  minFilled: 2,
  /** Maximum gap above a further row, in gaps between the rows of the table. */
  gapShare: 1.35,
  /** The same in sizes of the type, and the gap that is assumed in a table of one row. */
  widestGap: 2,
  gapOfOneRow: 1.2,
  /** Difference between two gaps that count as equal, in sizes of the type. */
  sameGap: 0.15,
  /** Maximum gap between the lines of a head, in sizes of the type. */
  headGap: 0.5,
};

/** A table and how its text stands. */
interface Measured {
  table: PlacedTable;
  columns: Column[];
  /** Its rows as they stand: cells of several lines have several. */
  rows: Row[];
  /** Maximum gap above a further row, in points. */
  gap: number;
  /** Maximum gap above a further line of a cell, in points; negative if no cell has several lines. */
  lineGap: number;
}

/**
 * Joins tables with the rows above, between and below them that stand in the same columns. Rules and shading may cover
 * only a part of a table, such as every other row.
 */
export function joinContinued(tables: PlacedTable[], lines: Line[], prose: Set<Line>): PlacedTable[] {
  const taken = new Set(tables.flatMap(({ pieces }) => [...pieces]));
  const isFree = (line: Line) => !prose.has(line) && !line.pieces.some((piece) => taken.has(piece));
  const free = tables.length === 0 ? [] : toRows(lines.filter(isFree));
  if (free.length === 0 && tables.length < 2) return tables;
  const measured = tables.flatMap(measure).sort((a, b) => topOf(a.rows) - topOf(b.rows));
  if (measured.length === 0) return tables;
  const others = tables.filter((table) => measured.every((each) => each.table !== table));
  const joined: Measured[] = [];
  for (const next of measured) {
    const above = joined.findLast((other) => hasSameColumns(other.columns, next.columns));
    const between = above === undefined ? null : rowsBetween(above, next, free);
    if (above === undefined || between === null) joined.push(next);
    else Object.assign(above, join(above, between, next));
  }
  return [...joined.map((each) => extend(each, free)), ...others];
}

function measure(table: PlacedTable): Measured[] {
  const { columns } = table;
  if (columns === null || columns.length < continuedSettings.minFilled) return [];
  const rows = toRows(toLines([...table.pieces]));
  const size = Math.max(...rows.map((row) => row.size));
  const gaps = rows.slice(1).map((row, index) => row.y - (rows[index]?.bottom ?? row.y));
  const { gapShare, widestGap, gapOfOneRow, sameGap } = continuedSettings;
  const widest = gaps.length === 0 ? gapOfOneRow * size : gapShare * Math.max(...gaps);
  const lineGap = table.rows.length < rows.length ? Math.min(...gaps) + sameGap * size : -Infinity;
  return [{ table, columns, rows, gap: Math.min(widest, widestGap * size), lineGap }];
}

function topOf(rows: Row[]): number {
  return rows[0]?.y ?? Infinity;
}

function endOf(rows: Row[]): number {
  return rows.at(-1)?.bottom ?? -Infinity;
}

function hasSameColumns(a: Column[], b: Column[]): boolean {
  const overlap = (one: Column, other: Column | undefined) =>
    other !== undefined && Math.min(one.to, other.to) > Math.max(one.from, other.from);
  return (
    a.length === b.length &&
    a.every((column, index) => b.every((other, place) => overlap(column, other) === (index === place)))
  );
}

/** Returns the free rows between two tables if they continue the first one down to the second; null otherwise. */
function rowsBetween(above: Measured, below: Measured, free: Row[]): Row[] | null {
  const [from, to] = [endOf(above.rows), topOf(below.rows)];
  if (to < from || startsAnew(below)) return null;
  const between = free.filter((row) => row.y >= from - 1 && row.bottom <= to + 1 && isWithin(row, above.columns));
  const gap = Math.min(above.gap, below.gap);
  const rows = [...above.rows.slice(-1), ...between, ...below.rows.slice(0, 1)];
  const isNear = rows.slice(1).every((row, index) => row.y - (rows[index]?.bottom ?? -Infinity) <= gap);
  return isNear && between.every((row) => partsOf(row, above.columns) !== null) ? between : null;
}

/** Reports whether a table begins with its own head: a bold row above others. */
function startsAnew({ rows: [head, ...body] }: Measured): boolean {
  const isBold = ({ segments }: Row) => segments.every(({ pieces }) => pieces.every(({ bold }) => bold));
  return head !== undefined && isBold(head) && body.some((row) => !isBold(row));
}

function isWithin({ segments }: Row, columns: Column[]): boolean {
  const [from, to] = [columns[0]?.from ?? 0, columns.at(-1)?.to ?? 0];
  return segments.some((segment) => segment.from < to && segment.to > from);
}

/** Returns the parts of a row that stands in the columns and fills enough of them; null for any other row. */
function partsOf(row: Row, columns: Column[]): Part[] | null {
  const parts = placeRow(row, columns);
  const filled = new Set(parts.map(({ first }) => first)).size;
  const { filledShare, minFilled } = continuedSettings;
  const fits =
    filled === parts.length &&
    filled >= Math.max(minFilled, filledShare * columns.length) &&
    parts.every(({ first, last }) => first >= 0 && first === last);
  return fits ? parts : null;
}

function join(above: Measured, between: Row[], below: Measured): Measured {
  const pieces = new Set([...above.table.pieces, ...piecesOf(between), ...below.table.pieces]);
  const columns = above.columns.map(({ from, to }, index) => ({
    from: Math.min(from, below.columns[index]?.from ?? from),
    to: Math.max(to, below.columns[index]?.to ?? to),
  }));
  const inside = toCells(
    between.map((row) => toTableRow(row, columns)),
    columns,
  );
  return {
    table: {
      box: union([above.table.box, below.table.box]),
      rows: [...above.table.rows, ...inside, ...below.table.rows],
      pieces,
      columns,
    },
    columns,
    rows: [...above.rows, ...between, ...below.rows],
    gap: Math.max(above.gap, below.gap),
    lineGap: Math.max(above.lineGap, below.lineGap),
  };
}

/** Adds the free rows directly above and below. */
function extend(measured: Measured, free: Row[]): PlacedTable {
  const { table, columns, rows } = measured;
  const beside = free.filter((row) => isWithin(row, columns));
  const above = rowsAbove(
    measured,
    beside.filter((row) => row.bottom <= topOf(rows) + 1),
  );
  const below = rowsBelow(
    measured,
    beside.filter((row) => row.y >= endOf(rows) - 1),
  );
  const added = [...above, ...below].flatMap(({ parts }) => parts.flatMap(({ pieces }) => pieces));
  if (added.length === 0) return table;
  return {
    box: union([table.box, ...added]),
    rows: [...toCells(above, columns), ...table.rows, ...toCells(below, columns)],
    pieces: new Set([...table.pieces, ...added]),
    columns,
  };
}

/** The lines of a head stand near to one another and become one row. */
function rowsAbove({ columns, rows, gap }: Measured, free: Row[]): TableRow[] {
  const found: TableRow[] = [];
  let top = topOf(rows);
  for (const row of free.toReversed()) {
    if (top - row.bottom > gap || partsOf(row, columns) === null) break;
    const line = toTableRow(row, columns);
    const below = found[0];
    const isSameHead = below !== undefined && !hasData(below) && !hasData(line);
    if (isSameHead && below.y - line.bottom < continuedSettings.headGap * row.size) {
      found[0] = { y: line.y, bottom: below.bottom, parts: [...line.parts, ...below.parts] };
    } else {
      found.unshift(line);
    }
    top = row.y;
  }
  return found;
}

/** Lines that continue the cells of the row above become part of it. */
function rowsBelow({ columns, rows, gap, lineGap }: Measured, free: Row[]): TableRow[] {
  const found: TableRow[] = [];
  let end = endOf(rows);
  for (const row of free) {
    const line = toTableRow(row, columns);
    const above = found.at(-1);
    if (above !== undefined && row.y - end <= lineGap && continues(above, line)) {
      above.parts.push(...line.parts);
    } else if (row.y - end <= gap && partsOf(row, columns) !== null) {
      found.push(line);
    } else {
      break;
    }
    end = row.bottom;
  }
  return found;
}

function toTableRow(row: Row, columns: Column[]): TableRow {
  return { y: row.y, bottom: row.bottom, parts: placeRow(row, columns) };
}

function piecesOf(rows: Row[]) {
  return rows.flatMap(({ segments }) => segments.flatMap(({ pieces }) => pieces));
}
