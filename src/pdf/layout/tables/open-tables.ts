import { middle, right, union } from '../../model/box.ts';
import type { Rule } from '../../model/drawing.ts';
import type { Piece } from '../../model/piece.ts';
import type { Line } from '../lines.ts';
import { type Column, intoNearest } from './columns.ts';
import { mergeRules } from './rules.ts';
import { inBlocks } from './side-by-side.ts';
import type { PlacedTable } from './table.ts';
import { joinRows, toCells } from './table-cells.ts';
import { isProportional, isTable } from './table-checks.ts';
import { spanHeads } from './table-heads.ts';
import { type Row, toRows } from './table-rows.ts';
import { growRun, isHeadOfWords, isNear, maxColumns, placeRow, type Run, settle } from './table-runs.ts';
import { inColumns } from './text-columns.ts';

/** A page with more lines is a drawing or a map. */
const maxLines = 3_000;

/**
 * Maximum tries per row, on average. A run that is no table is tried again without its first row, which may be a title.
 */
const maxTries = 4;

/** The tables whose columns the empty strips between them reveal, with or without rules above and below. */
export function openTables(lines: Line[], prose: Set<Line>, rules: Rule[]): PlacedTable[] {
  if (lines.length > maxLines) {
    return [];
  }
  const proportional = isProportional(lines);
  const isFree = ({ pieces }: Line) => !pieces.some((piece) => taken.has(piece));
  const tables: PlacedTable[] = [];
  const taken = new Set<Piece>();
  const add = (table: PlacedTable | null, rows: Row[]) => {
    if (table === null) return false;
    tables.push(table);
    for (const row of rows) for (const { pieces } of row.segments) for (const piece of pieces) taken.add(piece);
    return true;
  };
  for (const scope of scopes(rules, lines, prose)) {
    const rows = toRows(scope.bands.flat().filter(isFree));
    add(toTable(rows, [], scope, proportional), rows);
  }
  const loose = toRows(lines.filter((line) => !prose.has(line) && isFree(line)));
  for (const rows of inColumns(loose, prose).flatMap((part) => inBlocks(part, rules))) {
    const open = rows.map((_, index) => isNear(rows, index) && !isParted(rows, index, prose));
    let grown = 0;
    for (let start = 0; start < rows.length; ) {
      const run = growRun(rows, start, open);
      const whole = extendUp(run, rows, start, open);
      const length = Math.max(1, run.rows.length);
      grown += length;
      const found = whole.rows.length > 1 && add(toTable(whole.rows, whole.columns, null, proportional), whole.rows);
      start += found || grown > maxTries * rows.length ? length : 1;
    }
  }
  return tables;
}

function isParted(rows: Row[], index: number, walls: Set<Line>): boolean {
  const [above, below] = [rows[index - 1], rows[index]];
  if (above === undefined || below === undefined) return false;
  const [from, to] = [above, below].reduce<[number, number]>(
    ([least, most], { segments }) => [
      Math.min(least, segments[0]?.from ?? least),
      Math.max(most, ...segments.map(({ to }) => to)),
    ],
    [Infinity, -Infinity],
  );
  return [...walls].some(
    (wall) => middle(wall) > middleOf(above) && middle(wall) < middleOf(below) && wall.x < to && right(wall) > from,
  );
}

function middleOf({ y, bottom }: Row): number {
  return (y + bottom) / 2;
}

const maxHeads = 2;

/** Rows above whose words stand in the columns: heads are often set closer than what is below them. */
function extendUp(run: Run, rows: Row[], start: number, open: boolean[]): Run {
  const above: Row[] = [];
  const { columns } = run;
  const [first] = run.rows;
  for (let index = start - 1; index >= 0 && above.length < maxHeads; index -= 1) {
    const row = rows[index];
    if (row === undefined || open[index + 1] !== true) break;
    // Sums of another table may stand above a head.
    if (first !== undefined && isHeadOfWords(first) && !isHeadOfWords(row)) break;
    const parts = placeRow(row, columns);
    if (parts.length < 2 || parts.some(({ first, last }) => first < 0 || last > first)) break;
    above.unshift(row);
  }
  return { rows: [...above, ...run.rows], columns };
}

interface Scope {
  /** Where the rules stand. */
  rules: number[];
  /** Shorter ones between them. */
  inner: Rule[];
  /** The lines between each two of the rules. */
  bands: Line[][];
}

const maxScopes = 100;
/** Tables do not lie in one another: of the lines of a page, so many times all of them may be between rules. */
const maxOver = 5;
/** More of them are a drawing. */
const maxRules = 500;

/** What stands between rules of one length, one below the other, with no text between them that reaches beyond them. */
function scopes(rules: Rule[], lines: Line[], prose: Set<Line>): Scope[] {
  const groups: Rule[][] = [];
  const merged = mergeRules(rules, shortestInner).slice(0, maxRules);
  for (const rule of merged.filter(({ from, to }) => to - from >= shortestRule)) {
    const group = groups.find(([first]) => first !== undefined && isAsLong(first, rule));
    if (group !== undefined) group.push(rule);
    else if (groups.length < maxScopes) groups.push([rule]);
  }
  const found: Scope[] = [];
  let held = 0;
  for (const group of groups) {
    let scope: Scope | null = null;
    for (const [index, rule] of group.entries()) {
      const above = group[index - 1];
      if (above === undefined) continue;
      const between = lines.filter(
        (line) => middle(line) > above.at && middle(line) < rule.at && line.x < rule.to && right(line) > rule.from,
      );
      if (between.some((line) => line.x < rule.from - 3 || right(line) > rule.to + 3 || prose.has(line))) {
        scope = null;
        continue;
      }
      held += between.length;
      if (held > maxOver * lines.length) return found;
      const inner = merged.filter((other) => other.at > above.at && other.at < rule.at);
      if (scope !== null && isSameHead(scope.bands[0], between)) {
        // What stands between two tables belongs to neither.
        scope.bands.pop();
        scope.rules.pop();
        scope = null;
      }
      if (scope === null) {
        scope = { rules: [above.at], inner: [], bands: [] };
        found.push(scope);
      }
      scope.rules.push(rule.at);
      scope.inner.push(...inner);
      scope.bands.push(between);
    }
  }
  return found;
}

/** Reports whether a band has the texts of the first one: a table with the same head begins. */
function isSameHead(head: Line[] | undefined, band: Line[]): boolean {
  const textOf = (lines: Line[]) =>
    lines
      .map(({ text }) => text)
      .sort()
      .join('\n');
  return head !== undefined && head.length > 1 && head.length === band.length && textOf(head) === textOf(band);
}

/** Of the rules above and below a table, in points. */
const shortestRule = 60;
const shortestInner = 12;

function isAsLong(a: Rule, b: Rule): boolean {
  return Math.abs(a.from - b.from) < 3 && Math.abs(a.to - b.to) < 3;
}

/** A rule of dashes or other signs has no place in a cell. */
function isTypedRule({ segments }: Row): boolean {
  return segments.every(({ pieces }) => pieces.every(({ text }) => /^[-=_*~─—–]{5,}$/u.test(text.trim())));
}

function toTable(found: Row[], known: Column[], scope: Scope | null, proportional: boolean): PlacedTable | null {
  const { rows: lines, columns } = settle(
    found.filter((row) => !isTypedRule(row)),
    known,
  );
  if (columns.length > maxColumns) return null;
  const placed = lines.map((row) => ({
    y: row.y,
    bottom: row.bottom,
    parts: placeRow(row, columns).map((part) => intoNearest(part, columns)),
  }));
  const rows = joinRows(spanHeads(placed, columns, scope?.inner ?? []), scope?.rules ?? []);
  const cells = toCells(rows, columns);
  if (!isTable(rows, cells, columns, scope !== null, proportional)) return null;
  const pieces = new Set(found.flatMap((row) => row.segments.flatMap((segment) => segment.pieces)));
  return { box: union([...pieces]), rows: cells, pieces, columns };
}
