import type { Cell } from '../../model/table.ts';
import type { Line } from '../lines.ts';
import { type Column, isAligned, type Part } from './columns.ts';
import { isDatum, type TableRow } from './table-cells.ts';

/** Legends and formulas have less text, in characters. */
const shortestTable = 30;

/**
 * Reports whether text in columns is a table, not a chart, formulas, a table of contents or running text. `enclosed`:
 * it is between rules; `proportional`: the page is not set like code.
 */
export function isTable(
  rows: TableRow[],
  cells: Cell[][],
  columns: Column[],
  enclosed: boolean,
  proportional: boolean,
): boolean {
  const placed = rows.map(({ parts }) => parts);
  const texts = cells.map((row) => row.map(({ text }) => text));
  const all = filled(texts.flat());
  const isHeaded = hasHead(placed, columns);
  const isFull = isDense(placed, columns, all.every(isDatum) ? dense.columnsOfNumbers : dense.columns);
  if ((enclosed && isForm(placed, columns)) || isHeadWithValues(placed, texts, columns)) return true;
  return (
    columns.length > 1 &&
    hasRows(placed, columns, enclosed) &&
    isAlignedThroughout(placed.flat(), columns) &&
    hasText(all) &&
    (hasWords(all) || isFull) &&
    !(isHeaded ? columns.every((_, index) => isProse(filled(column(texts, index)))) : isProse(all)) &&
    !(isList(texts) && !isSetLeft(placed)) &&
    !columns.some((_, index) => isAxis(column(texts, index))) &&
    !(proportional && isCode(placed.flat())) &&
    ((enclosed && rows.length > 2) || isHeaded || isFull || isData(texts.slice(1)))
  );
}

function column(texts: string[][], index: number): string[] {
  return texts.map((row) => row[index] ?? '');
}

function filled(texts: string[]): string[] {
  return texts.filter((text) => text !== '');
}

/** Enough of its cells have text, and nearly all of one of its first rows; in few of them something spans. */
function hasRows(placed: Part[][], columns: Column[], enclosed: boolean): boolean {
  const filled = placed.map((parts) => new Set(parts.map(({ first }) => first)).size);
  const fill = filled.reduce((sum, count) => sum + count, 0) / (placed.length * columns.length);
  const least = columns.length > 2 && (enclosed || hasHead(placed, columns)) ? 2 : 3;
  const spanning = placed.filter((parts) => parts.some(({ first, last }) => last > first)).length;
  const covered = placed.slice(0, 3).map((parts) => parts.reduce((sum, { first, last }) => sum + last - first + 1, 0));
  return (
    filled.filter((count) => count > 1).length >= least &&
    fill > (enclosed ? 0.4 : 0.5) &&
    spanning * 5 <= placed.length * 2 &&
    covered.some((count) => count * 5 >= columns.length * 3)
  );
}

/** Minimum number of rows of a form. */
const minOfForm = 3;

/** To be filled in: a head for each column, and below it nothing but labels in the first column. */
function isForm([head = [], ...body]: Part[][], columns: Column[]): boolean {
  const heads = new Set(head.map(({ first }) => first));
  const isLabel = (parts: Part[]) => parts.every(({ first, last }) => first === 0 && last === 0);
  return columns.length > 1 && heads.size === columns.length && body.length >= minOfForm && body.every(isLabel);
}

/**
 * Minimum number of columns of a head with a single row of values, and the maximum difference of edges, in sizes of the
 * type.
 */
const headWithValues = { columns: 4, sameEdge: 0.1 };

/** A head of words and below each of them a value that begins at the same edge; axes of charts have numbers, too. */
function isHeadWithValues(placed: Part[][], [head = [], values = []]: string[][], columns: Column[]): boolean {
  const [above = [], below = []] = placed;
  const isFull = (parts: Part[]) =>
    parts.length === columns.length && parts.every(({ first, last }, index) => first === index && last === index);
  return (
    placed.length === 2 &&
    columns.length >= headWithValues.columns &&
    isFull(above) &&
    isFull(below) &&
    above.every(
      ({ from, size }, index) => Math.abs(from - (below[index]?.from ?? 0)) < headWithValues.sameEdge * size,
    ) &&
    head.every((text) => /\p{L}{2}/u.test(text) && !isDatum(text)) &&
    values.some(isDatum)
  );
}

/** A first row in bold, above rows that are not, but for sums and what stands at their left. */
function hasHead([head = [], ...body]: Part[][], columns: Column[]): boolean {
  const inside = body.slice(0, Math.max(1, body.length - 1)).flat();
  return head.length === columns.length && head.every(isBold) && !inside.some((part) => part.first > 0 && isBold(part));
}

function isBold({ pieces }: Part): boolean {
  return pieces.every(({ bold }) => bold);
}

function isAlignedThroughout(cells: Part[], columns: Column[]): boolean {
  const aligned = cells.filter((part) => {
    const column = columns[part.first];
    return column !== undefined && part.last === part.first && isAligned(part, column, 0.5 * part.size);
  });
  return aligned.length * 10 > cells.length * 7;
}

function hasText(texts: string[]): boolean {
  return texts.reduce((sum, text) => sum + text.length, 0) >= shortestTable;
}

function hasWords(texts: string[]): boolean {
  return texts.filter((text) => /\p{L}{2}/u.test(text)).length > 1;
}

/** Numbers of rows and columns, and share of filled cells, that are evidence of a table even without words. */
const dense = { rows: 5, columns: 3, columnsOfNumbers: 2, fill: 0.9 };

/** Reports whether nearly all cells of many rows and columns are filled, none of them spanning columns. */
function isDense(placed: Part[][], columns: Column[], fewest: number): boolean {
  const own = placed.map(
    (parts) => new Set(parts.filter(({ first, last }) => first === last).map(({ first }) => first)).size,
  );
  const filled = own.reduce((sum, count) => sum + count, 0);
  return (
    placed.length >= dense.rows && columns.length >= fewest && filled >= dense.fill * placed.length * columns.length
  );
}

/** Maximum difference between aligned edges, in type sizes. */
const sameEdge = 0.3;

/**
 * Reports whether the last values of the rows are aligned on the left but not on the right. The page numbers of a table
 * of contents are aligned on the right, at the edge of the text.
 */
function isSetLeft(placed: Part[][]): boolean {
  const last = placed.slice(1).flatMap((parts) => parts.at(-1) ?? []);
  const size = last[0]?.size ?? 0;
  const spread = (edges: number[]) => Math.max(...edges) - Math.min(...edges);
  return (
    last.length > 1 &&
    spread(last.map(({ from }) => from)) <= sameEdge * size &&
    spread(last.map(({ to }) => to)) > sameEdge * size
  );
}

function isProse(texts: string[]): boolean {
  return texts.filter((text) => /^\p{Ll}/u.test(text)).length * 10 >= texts.length * 3;
}

/**
 * Numbers that fall by the same step down to zero: three are enough, as the rest of a longer axis is looked at alone,
 * too.
 */
function isAxis(texts: string[]): boolean {
  const numbers = texts
    .filter((text) => /^\d[\d.,]*%?$/.test(text))
    .map((text) => Number.parseFloat(text.replaceAll(',', '')));
  const step = (numbers[0] ?? 0) - (numbers[1] ?? 0);
  return (
    numbers.length > 2 &&
    step > 0 &&
    numbers.at(-1) === 0 &&
    numbers.slice(1).every((number, index) => Math.abs((numbers[index] ?? 0) - number - step) < 0.01 * step)
  );
}

/** Reports whether most text of a page is in proportional type. Fixed-width text on such a page is code. */
export function isProportional(lines: Line[]): boolean {
  let [all, proportional] = [0, 0];
  for (const { text, fixedWidth } of lines) {
    all += text.length;
    if (!fixedWidth) proportional += text.length;
  }
  return proportional * 2 > all;
}

/** What programs print keeps its lines. */
function isCode(cells: Part[]): boolean {
  return cells.filter(({ pieces }) => pieces.every(({ fixedWidth }) => fixedWidth)).length * 2 > cells.length;
}

/** A list whose numbers stand apart: a table of contents, or formulas. */
export function isList(rows: string[][]): boolean {
  return isContents(rows) || isFormulas(rows);
}

/** Titles, and right behind them the numbers of pages, which rise, with or without dots between them. */
function isContents(rows: string[][]): boolean {
  const listed = rows.filter((row) => (row.at(-1) ?? '') !== '');
  const titled = listed.filter((row) => /\p{L}{2}/u.test(row.slice(0, -1).findLast((text) => text !== '') ?? ''));
  const numbers = titled.flatMap((row) => (row.at(-1) ?? '').split(/(?<=\d) (?=\d)/)).filter(isDatum);
  const pages = numbers.filter((text) => /^\d{1,4}$/.test(text));
  const rises =
    pages.length === numbers.filter((text) => /\d/.test(text)).length &&
    pages.every((page, index) => Number(page) >= Number(pages[index - 1] ?? 0));
  return (
    rows.some((row) => row.some((text) => /\.{4,}/.test(text))) ||
    (rises && pages.length > 1 && pages.length * 2 >= listed.length)
  );
}

/** Their numbers stand apart, in brackets. */
function isFormulas(rows: string[][]): boolean {
  return rows.filter((row) => /^\(\d+\w?\)$/.test(row.at(-1) ?? '')).length * 2 > rows.length;
}

/** Most of what is right of the first column, numbers above all. */
function isData(rows: string[][]): boolean {
  const right = rows.flatMap((row) => row.slice(1)).filter((text) => text !== '');
  return right.filter(isDatum).length * 2 > right.length;
}
