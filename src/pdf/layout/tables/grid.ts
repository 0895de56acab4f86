import type { Box } from '../../model/box.ts';
import type { Rule, Rules } from '../../model/drawing.ts';
import { mergeRules, nearby, positions, smallestCell } from './rules.ts';

/** A cell of a grid, in columns and rows of it; spans count from 1. */
export interface GridCell {
  column: number;
  row: number;
  columns: number;
  rows: number;
}

export interface Grid extends Box {
  /** Where columns begin, and where the last one ends; likewise rows. */
  xs: number[];
  ys: number[];
  cells: GridCell[];
}

const shortest = 8;
const maxCells = 5_000;
/** A page with more of them shows a drawing. */
const maxGrids = 100;

/**
 * The grids that rules form: those that touch one another, with at least two cells between them. Rows are at least so
 * high.
 */
export function findGrids(rules: Rules, smallestRow: number): Grid[] {
  const horizontal = mergeRules(rules.horizontal, shortest);
  const vertical = mergeRules(rules.vertical, shortest);
  const grids = components(horizontal, vertical).flatMap((component) => toGrid(component, smallestRow) ?? []);
  return grids.length > maxGrids ? [] : grids;
}

function components(horizontal: Rule[], vertical: Rule[]): Rules[] {
  const parent = Array.from({ length: horizontal.length + vertical.length }, (_, index) => index);
  const find = (index: number): number => {
    let root = index;
    while (parent[root] !== root) root = parent[root] ?? root;
    parent[index] = root;
    return root;
  };
  const upright = vertical.map((rule, index) => ({ rule, index: horizontal.length + index }));
  let touches = 0;
  for (const [index, rule] of horizontal.entries()) {
    for (const other of upright) {
      if (other.rule.at > rule.to + nearby) break;
      touches += 1;
      if (touches > 2_000_000) return [];
      if (touch(rule, other.rule)) parent[find(other.index)] = find(index);
    }
  }
  const groups = new Map<number, Rules>();
  const groupOf = (index: number): Rules => {
    const root = find(index);
    const group = groups.get(root) ?? { horizontal: [], vertical: [] };
    groups.set(root, group);
    return group;
  };
  for (const [index, rule] of horizontal.entries()) groupOf(index).horizontal.push(rule);
  for (const { rule, index } of upright) groupOf(index).vertical.push(rule);
  return [...groups.values()].filter((group) => group.horizontal.length > 0 && group.vertical.length > 0);
}

function touch(horizontal: Rule, vertical: Rule): boolean {
  return (
    vertical.at >= horizontal.from - nearby &&
    vertical.at <= horizontal.to + nearby &&
    horizontal.at >= vertical.from - nearby &&
    horizontal.at <= vertical.to + nearby
  );
}

function toGrid({ horizontal, vertical }: Rules, smallestRow: number): Grid | null {
  const xs = withEnds(vertical, horizontal, smallestCell);
  const ys = withEnds(horizontal, vertical, smallestRow);
  const [columns, rows] = [xs.length - 1, ys.length - 1];
  if (columns < 1 || rows < 1 || columns * rows < 2 || columns * rows > maxCells) {
    return null;
  }
  const wallRight = crossings(vertical, xs, ys, smallestCell);
  const wallBelow = crossings(horizontal, ys, xs, smallestRow);
  const cells: GridCell[] = [];
  const taken = new Set<number>();
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      if (taken.has(row * columns + column)) continue;
      let width = 1;
      while (
        column + width < columns &&
        !wallRight.has(key(column + width, row)) &&
        !taken.has(row * columns + column + width)
      ) {
        width += 1;
      }
      let height = 1;
      while (row + height < rows && isOpen(wallBelow, row + height, column, width)) {
        height += 1;
      }
      for (let y = row; y < row + height; y += 1) {
        for (let x = column; x < column + width; x += 1) taken.add(y * columns + x);
      }
      cells.push({ column, row, columns: width, rows: height });
    }
  }
  const [x = 0, y = 0] = [xs[0], ys[0]];
  return { xs, ys, cells, x, y, width: (xs.at(-1) ?? 0) - x, height: (ys.at(-1) ?? 0) - y };
}

function isOpen(walls: Set<number>, row: number, column: number, width: number): boolean {
  for (let x = column; x < column + width; x += 1) {
    if (walls.has(key(row, x))) return false;
  }
  return true;
}

function key(line: number, lane: number): number {
  return line * 100_000 + lane;
}

/** Where the rules stand, and where those across them begin and end: many tables are open at their sides. */
function withEnds(rules: Rule[], across: Rule[], smallest: number): number[] {
  const values = [
    ...rules.map(({ at }) => at),
    Math.min(...across.map(({ from }) => from)),
    Math.max(...across.map(({ to }) => to)),
  ];
  return positions(values, smallest);
}

/** For each rule, the lanes across it that it closes. */
function crossings(rules: Rule[], lines: number[], lanes: number[], smallest: number): Set<number> {
  const walls = new Set<number>();
  for (const { at, from, to } of rules) {
    const line = lines.findIndex((position) => Math.abs(position - at) < smallest);
    for (let lane = 0; lane + 1 < lanes.length; lane += 1) {
      const centre = ((lanes[lane] ?? 0) + (lanes[lane + 1] ?? 0)) / 2;
      if (from <= centre && centre <= to) walls.add(key(line, lane));
    }
  }
  return walls;
}

/** Returns the index of the column or row that a place is in. */
export function slot(edges: number[], value: number): number {
  let [low, high] = [0, edges.length - 2];
  while (low < high) {
    const half = (low + high + 1) >> 1;
    if ((edges[half] ?? 0) <= value) low = half;
    else high = half - 1;
  }
  return low;
}
