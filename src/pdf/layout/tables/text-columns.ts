import { middle, right } from '../../model/box.ts';
import type { Line } from '../lines.ts';
import type { Segment } from './columns.ts';
import type { Row } from './table-rows.ts';
import { isNear } from './table-runs.ts';

/** Lines of text side by side that make columns of a page. */
const minPairs = 3;
/** Columns of text; strips between more lines are between words. */
const maxColumns = 8;
/** Lines that are looked at for the one beside a line. */
const maxBeside = 12;

/** Where strips between columns of running text are. */
function gutters(prose: Set<Line>): number[] {
  const lines = [...prose].sort((a, b) => middle(a) - middle(b));
  const found = new Map<number, { pairs: number; from: number; to: number }>();
  for (const [index, line] of lines.entries()) {
    const beside = lines
      .slice(Math.max(0, index - maxBeside), index + maxBeside)
      .filter((other) => other.x > right(line) && Math.abs(middle(other) - middle(line)) < line.size)
      .sort((a, b) => a.x - b.x)[0];
    if (beside === undefined) continue;
    const key = Math.round(beside.x / 4);
    const { pairs, from, to } = found.get(key) ?? { pairs: 0, from: -Infinity, to: Infinity };
    found.set(key, { pairs: pairs + 1, from: Math.max(from, right(line)), to: Math.min(to, beside.x) });
  }
  return [...found.values()]
    .filter(({ pairs }) => pairs >= minPairs)
    .sort((a, b) => b.pairs - a.pairs)
    .slice(0, maxColumns - 1)
    .map(({ from, to }) => (from + to) / 2);
}

/** Splits rows at the gutters between columns of text, where running text stands beside them and no table crosses. */
export function inColumns(rows: Row[], prose: Set<Line>): Row[][] {
  return gutters(prose).reduce<Row[][]>((lists, gutter) => lists.flatMap((list) => split(list, prose, gutter)), [rows]);
}

function split(rows: Row[], prose: Set<Line>, gutter: number): Row[][] {
  const [whole, left, rest]: [Row[], Row[], Row[]] = [[], [], []];
  let stretch: Row[] = [];
  const flush = () => {
    if (isBesideText(stretch, prose, gutter)) {
      left.push(...stretch.flatMap((row) => side(row, ({ to }) => to <= gutter)));
      rest.push(...stretch.flatMap((row) => side(row, ({ to }) => to > gutter)));
    } else {
      whole.push(...stretch);
    }
    stretch = [];
  };
  for (const [index, row] of rows.entries()) {
    const crosses = row.segments.some(({ from, to }) => from < gutter && to > gutter);
    if (crosses || !isNear(rows, index)) flush();
    if (crosses) whole.push(row);
    else stretch.push(row);
  }
  flush();
  return [whole, left, rest].filter((list) => list.length > 0);
}

/** Returns the part of a row whose segments pass a test; nothing if none does. */
export function side(row: Row, isThere: (segment: Segment) => boolean): Row[] {
  const segments = row.segments.filter(isThere);
  return segments.length === 0 ? [] : [{ ...row, segments }];
}

function isBesideText(rows: Row[], prose: Set<Line>, gutter: number): boolean {
  const [first, last] = [rows[0], rows.at(-1)];
  if (first === undefined || last === undefined) return false;
  return [...prose].some(
    (line) => middle(line) > first.y && middle(line) < last.bottom && (right(line) <= gutter || line.x >= gutter),
  );
}
