import { middle } from '../../model/box.ts';
import type { Cell } from '../../model/table.ts';
import { joinText } from '../lines.ts';
import type { Column, Part } from './columns.ts';

/** A row of a table, of one or more lines. */
export interface TableRow {
  y: number;
  bottom: number;
  parts: Part[];
}

/** Numbers, with a unit or a sign, and marks. */
export function isDatum(text: string): boolean {
  return text.length < 25 && (/^[^\p{L}]{0,3}\d/u.test(text) || text.length <= 2);
}

/** Right of its first column. */
export function hasData({ parts }: TableRow): boolean {
  return parts.some((part) => part.first > 0 && isDatum(textOf(part)));
}

/**
 * Joins the lines of each row: those side by side, those between two rules, and those nearer to one another than rows
 * are elsewhere.
 */
export function joinRows(lines: TableRow[], rules: number[]): TableRow[] {
  const rows = joinWhere(lines, (above, line) => line.y < above.bottom - 0.15 * (line.bottom - line.y));
  return joinNear(joinBetween(rows, rules));
}

function joinWhere(lines: TableRow[], belongs: (above: TableRow, line: TableRow) => boolean): TableRow[] {
  const rows: TableRow[] = [];
  for (const line of lines) {
    const above = rows.at(-1);
    if (above === undefined || !belongs(above, line)) {
      rows.push({ ...line, parts: [...line.parts] });
    } else {
      above.bottom = Math.max(above.bottom, line.bottom);
      above.parts.push(...line.parts);
    }
  }
  return rows;
}

/** Only where no more than one of the lines has data, and nothing in them spans: rules may part groups of rows, too. */
function joinBetween(lines: TableRow[], rules: number[]): TableRow[] {
  const bandOf = ({ y, bottom }: TableRow) => rules.filter((at) => at < (y + bottom) / 2).length;
  const bands = new Map<number, TableRow[]>();
  for (const line of lines) bands.set(bandOf(line), [...(bands.get(bandOf(line)) ?? []), line]);
  return [...bands.values()].flatMap((band) => {
    const withData = band.filter(hasData);
    const begun = band.filter(({ parts }) => parts.some(({ first }) => first === 0));
    const spans = band.some(({ parts }) => parts.some(({ first, last }) => last > first));
    const isRow = withData.length < 2 && begun.length * 2 <= band.length + 1 && !spans;
    return isRow ? joinWhere(band, () => true) : band;
  });
}

/** Gaps that differ by less, in heights of a line, are the same. */
const clearly = 0.12;
/**
 * Minimum gap between rows and maximum gap between their lines, in heights of a line, if only the gaps tell them apart.
 */
const apart = 0.4;

function joinNear(lines: TableRow[]): TableRow[] {
  const gaps = lines.slice(1).map(({ y }, index) => y - (lines[index]?.bottom ?? y));
  const height = Math.min(...lines.map(({ y, bottom }) => bottom - y));
  const [least, most] = [Math.min(...gaps), Math.max(...gaps)];
  if (!(most - least > clearly * height)) return lines;
  const joined = joinWhere(lines, (above, line) => line.y - above.bottom < least + clearly * height);
  if (joined.length > 2 && joined.length < lines.length && areRows(joined, height)) return joined;
  if (!(most - least > apart * height && least < apart * height)) return lines;
  const limit = (least + most) / 2;
  return joinWhere(lines, (above, line) => line.y - above.bottom < limit && continues(above, line));
}

/**
 * Reports whether joined lines are rows: none has two numbers in one column, some columns have more lines than others,
 * and the lines of each cell are equally far apart, like those of a paragraph.
 */
function areRows(rows: TableRow[], height: number): boolean {
  let [several, ragged] = [0, 0];
  let [least, most] = [Infinity, 0];
  for (const { parts } of rows) {
    const columns = new Map<number, Part[]>();
    for (const part of parts) columns.set(part.first, [...(columns.get(part.first) ?? []), part]);
    const cells = [...columns.values()];
    for (const lines of cells) {
      if (lines.length > 1 && lines.some((line) => isDatum(textOf(line)))) return false;
      for (const distance of distances(lines)) [least, most] = [Math.min(least, distance), Math.max(most, distance)];
    }
    const longest = Math.max(...cells.map(({ length }) => length));
    if (longest > 1) several += 1;
    if (longest > 1 && cells.some(({ length }) => length < longest)) ragged += 1;
  }
  return ragged * 2 >= several && most - least < 0.3 * height && most < 2 * height;
}

/** From each line of a cell to the next one; words beside one another are one line. */
function distances(lines: Part[]): number[] {
  const at = lines.map(({ pieces: [piece] }) => (piece === undefined ? 0 : middle(piece))).sort((a, b) => a - b);
  return at
    .slice(1)
    .map((y, index) => y - (at[index] ?? y))
    .filter((distance, index) => distance > 0.3 * (lines[index]?.size ?? 0));
}

/** Reports whether everything in a line stands below something in the row above, and none of it is a number. */
export function continues(above: TableRow, { parts }: TableRow): boolean {
  const there = new Set(above.parts.map(({ first }) => first));
  return parts.every((part) => there.has(part.first) && part.last === part.first && !isDatum(textOf(part)));
}

/** Returns the cells of all rows. Beside spanning heads, the first column's head spans all rows above the data. */
export function toCells(rows: TableRow[], columns: Column[]): Cell[][] {
  const cells = rows.map((row) => rowCells(row, columns));
  const data = rows.findIndex(hasData);
  const heads = cells.slice(0, Math.max(0, data));
  const filled = heads.flatMap(([first]) => (first === undefined || first.text === '' ? [] : [first]));
  const [only] = filled;
  const isBeside = heads.some((row) => row.some((cell, index) => index > 0 && cell.columns > 1));
  if (heads.length > 1 && isBeside && filled.length === 1 && only?.columns === 1) {
    for (const [index, row] of heads.entries()) {
      row.splice(0, 1, ...(index === 0 ? [{ ...only, rows: heads.length }] : []));
    }
  }
  return cells;
}

function rowCells({ parts }: TableRow, columns: Column[]): Cell[] {
  const cells: Cell[] = [];
  const byColumn = parts.toSorted((a, b) => a.first - b.first);
  for (let column = 0; column < columns.length; ) {
    // Lines of one row may span different columns.
    let last = column;
    for (const part of byColumn) if (part.first >= column && part.first <= last) last = Math.max(last, part.last);
    const there = parts.filter(({ first }) => first >= column && first <= last);
    cells.push({ text: there.map(textOf).join(' '), columns: last - column + 1, rows: 1 });
    column = last + 1;
  }
  return cells;
}

function textOf({ pieces }: Part): string {
  return joinText(pieces, ({ text }) => text);
}
