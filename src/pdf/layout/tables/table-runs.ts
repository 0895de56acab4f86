import { type Column, type Part, place } from './columns.ts';
import { isDatum } from './table-cells.ts';
import type { Row } from './table-rows.ts';

/** Rows that share columns. */
export interface Run {
  rows: Row[];
  columns: Column[];
}

export const maxColumns = 40;
/** Lines of one cell that stand alone: more of them are a list. */
const maxPending = 5;
/** Rows that may span columns, at the head of a table. */
const headRows = 4;

/**
 * Returns the longest run that begins with the row at `start`. `open` marks the rows with only space between them and
 * the row above.
 */
export function growRun(rows: Row[], start: number, open: boolean[]): Run {
  let columns: Column[] = [];
  const run: Row[] = [];
  let pending: Row[] = [];
  let full = 0;
  if ((rows[start]?.segments.length ?? 0) < 2) return { rows: run, columns };
  for (let index = start; index < rows.length; index += 1) {
    const row = rows[index];
    if (row === undefined) break;
    if (index > start && (open[index] !== true || isTitle(rows, index) || beginsTable(rows[start], run, row))) break;
    const parts = placeRow(row, columns);
    const isBeside = columns.length === 0 || parts.some(({ first }) => first >= 0);
    const next = isBeside ? accommodate(parts, columns, full < headRows) : null;
    if (next === null || next.length > maxColumns) {
      if (row.segments.length > 1 || pending.length > 1) break;
      pending.push(row);
    } else if (row.segments.length === 1 && next.length === columns.length && parts.length === 1) {
      if (pending.length > maxPending) break;
      pending.push(row);
      columns = next;
    } else {
      run.push(...pending, row);
      pending = [];
      columns = next;
      full += 1;
    }
  }
  return { rows: [...run, ...trailing(run, pending, columns)], columns };
}

/** Size of the title of the next table, at least, in sizes of the rows above and below. */
const titleSize = 1.15;

/** Reports whether a row is the title of another table: bold words alone, larger than what stands above and below. */
function isTitle(rows: Row[], index: number): boolean {
  const [above, row, below] = [rows[index - 1], rows[index], rows[index + 1]];
  if (above === undefined || row === undefined || below === undefined || row.segments.length > 1) return false;
  return isBold(row) && row.size >= titleSize * Math.max(above.size, below.size);
}

/** Reports whether a row is the head of another table: like the first row, bold words side by side, but below data. */
function beginsTable(head: Row | undefined, run: Row[], row: Row): boolean {
  if (head === undefined || run.length < 2 || !isHeadOfWords(head) || !isHeadOfWords(row)) return false;
  return run.slice(1).some((body) => !isHead(body));
}

/** Reports whether a row is bold words side by side, as a head is; sums have numbers. */
export function isHeadOfWords(row: Row): boolean {
  return isHead(row) && row.segments.slice(1).every(({ pieces }) => !isDatum(pieces.map(({ text }) => text).join(' ')));
}

/**
 * Returns the rest of the last row: lines in its columns, nearer to the line above than any row is to the row before
 * it.
 */
function trailing(run: Row[], pending: Row[], columns: Column[]): Row[] {
  const gap = (rows: Row[], index: number) => gapAbove(rows, index) / (rows[index]?.size ?? 1);
  const least = Math.min(...run.map((row, index) => (row.segments.length > 1 ? gap(run, index) : Infinity)));
  const rows = [...run.slice(-1), ...pending];
  const end = rows.findIndex(
    (row, index) =>
      index > 0 &&
      (gap(rows, index) > least - 0.08 || placeRow(row, columns).some(({ first, last }) => first !== last)),
  );
  return rows.slice(1, end < 0 ? rows.length : end);
}

/** The columns with the parts of a row in them; null where they do not fit. */
function accommodate(parts: Part[], columns: Column[], mayRefine: boolean): Column[] | null {
  if (columns.length === 0) {
    return parts.map(({ from, to }) => ({ from, to }));
  }
  const spanning = parts.filter(({ first, last }) => last > first);
  if (spanning.length > 0 && !(mayRefine && spanning.length < parts.length)) return null;
  const result: (Column | null)[] = [...columns];
  const fresh: Column[] = [];
  const byColumn = new Map<number, Part[]>();
  for (const part of parts) {
    if (part.last > part.first) continue;
    if (part.first < 0) fresh.push({ from: part.from, to: part.to });
    else byColumn.set(part.first, [...(byColumn.get(part.first) ?? []), part]);
  }
  for (const [index, there] of byColumn) {
    const column = columns[index];
    if (column === undefined) continue;
    if (there.length > 1 && mayRefine) {
      result[index] = null;
      fresh.push(...there.map(({ from, to }) => ({ from, to })));
    } else {
      result[index] = {
        from: Math.min(column.from, ...there.map(({ from }) => from)),
        to: Math.max(column.to, ...there.map(({ to }) => to)),
      };
    }
  }
  const all = [...result.filter((column) => column !== null), ...fresh].sort((a, b) => a.from - b.from);
  const overlap = all.some((column, index) => column.from < (all[index - 1]?.to ?? -Infinity));
  return overlap ? null : all;
}

/** Gaps up to this, in sizes of the type, are of one table; wider ones if those beside them are as wide. */
const rowGap = 1;
const widestGap = 3;

/** Whether the row at `index` stands near enough to the one above to be of one table. */
export function isNear(rows: Row[], index: number): boolean {
  const [above, row] = [rows[index - 1], rows[index]];
  if (above === undefined || row === undefined) return false;
  const size = Math.max(above.size, row.size);
  const gap = gapAbove(rows, index);
  const usual =
    isHead(above) && !isHead(row)
      ? Infinity
      : Math.max(
          Math.min(gapAbove(rows, index - 1), gapAbove(rows, index + 1)),
          Math.min(wideGap(rows, index, -1), wideGap(rows, index, 1)),
        );
  return (
    gap < Math.max(rowGap * size, Math.min(1.2 * usual, widestGap * size)) &&
    Math.abs(above.size - row.size) < 0.3 * size
  );
}

/** Lines of a cell. */
const maxLines = 5;

/** The next gap in that direction that is none between the lines of a cell. */
function wideGap(rows: Row[], index: number, step: 1 | -1): number {
  for (let count = 1; count <= maxLines; count += 1) {
    const gap = gapAbove(rows, index + step * count);
    if (gap > 0.8 * (rows[index]?.size ?? 0)) return gap === Infinity ? 0 : gap;
  }
  return 0;
}

/** Bold words side by side: what they stand above may be further away than its own rows are. */
function isHead(row: Row): boolean {
  return row.segments.length > 1 && isBold(row);
}

function isBold({ segments }: Row): boolean {
  return segments.every(({ pieces }) => pieces.every(({ bold }) => bold));
}

function gapAbove(rows: Row[], index: number): number {
  const [above, row] = [rows[index - 1], rows[index]];
  return above === undefined || row === undefined ? Infinity : row.y - above.bottom;
}

/** Further from a column than this, in sizes of the type, what stands alone in a row is in another one. */
const ragged = 2;

/** The parts of a row by column: where there is one for each column, they are taken in order. */
export function placeRow({ segments }: Row, columns: Column[]): Part[] {
  const parts = segments.flatMap((segment) => place(segment, columns));
  if (parts.length !== columns.length || !parts.every((part, index) => belongs(part, columns[index], index))) {
    return parts;
  }
  for (const [index, part] of parts.entries()) [part.first, part.last] = [index, index];
  return parts;
}

function belongs({ first, last, from, to, size }: Part, column: Column | undefined, index: number): boolean {
  return first < 0
    ? column !== undefined && Math.max(column.from - to, from - column.to) < ragged * size
    : first === index && last === index;
}

/**
 * Returns the columns of all rows. It begins with the rows that have most parts, so that spanning heads come last. The
 * fullest rows decide how the others are split.
 */
export function settle(rows: Row[], known: Column[]): Run {
  const parted = split(rows, known);
  const most = Math.max(...parted.map(({ segments }) => segments.length));
  const core = widen(parted.filter(({ segments }) => segments.length === most));
  const settled = split(parted, core).sort((a, b) => b.segments.length - a.segments.length || a.y - b.y);
  return { rows: settled.toSorted((a, b) => a.y - b.y), columns: widen(settled) };
}

function split(rows: Row[], columns: Column[]): Row[] {
  return rows.map((row) => ({ ...row, segments: placeRow(row, columns) }));
}

function widen(rows: Row[]): Column[] {
  return rows.reduce<Column[]>((columns, row) => accommodate(placeRow(row, columns), columns, false) ?? columns, []);
}
