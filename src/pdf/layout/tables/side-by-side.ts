import { middle } from '../../model/box.ts';
import type { Rule } from '../../model/drawing.ts';
import { areIndependent, pitchSettings } from '../line-pitch.ts';
import type { Column, Segment } from './columns.ts';
import type { Row } from './table-rows.ts';
import { isNear } from './table-runs.ts';
import { side } from './text-columns.ts';

/** Thresholds of blocks side by side. */
export const blockSettings = {
  /** Maximum rows of a stretch that is searched: the search takes time in proportion to their square. */
  maxRows: 60,
  /** Minimum gap between two blocks, in sizes of the type. */
  gap: 1.5,
};

/**
 * Splits rows where independent blocks stand side by side. Either the distances of their lines differ, unlike those of
 * a table's cells, or each block has several columns under a rule that ends before the other block.
 */
export function inBlocks(rows: Row[], rules: Rule[]): Row[][] {
  const lists: Row[][] = [[]];
  let stretch: Row[] = [];
  const flush = () => {
    const [left, rest] = splitBlocks(stretch, rules);
    lists[0]?.push(...left);
    if (rest.length > 0) lists.push(rest);
    stretch = [];
  };
  for (const [index, row] of rows.entries()) {
    if (!isNear(rows, index)) flush();
    stretch.push(row);
  }
  flush();
  return lists.filter((list) => list.length > 0);
}

function splitBlocks(rows: Row[], rules: Rule[]): [left: Row[], rest: Row[]] {
  if (rows.length < pitchSettings.minLines || rows.length > blockSettings.maxRows) return [rows, []];
  const segments = rows.flatMap((row) => row.segments).sort((a, b) => a.from - b.from);
  const size = Math.max(...segments.map((segment) => segment.size));
  let end = -Infinity;
  for (const { from, to } of segments) {
    const gap = from - end;
    end = Math.max(end, to);
    if (gap < blockSettings.gap * size) continue;
    const isLeft = (segment: Segment) => segment.from < from;
    const [left, rest] = [
      rows.flatMap((row) => side(row, isLeft)),
      rows.flatMap((row) => side(row, (segment) => !isLeft(segment))),
    ];
    const isSplit =
      areIndependent(left.map(middleOf), rest.map(middleOf), size) || areRuledApart(left, rest, rules, size);
    if (isSplit) return [left, rest];
  }
  return [rows, []];
}

function areRuledApart(left: Row[], rest: Row[], rules: Rule[], size: number): boolean {
  const [a, b] = [extentOf(left), extentOf(rest)];
  const near = rules.filter(({ at }) => at > Math.min(a.top, b.top) - size && at < Math.max(a.end, b.end) + size);
  const isOver = (block: Extent) => near.some(({ from, to }) => from < block.from + size && to > block.to - size);
  const hasColumns = (block: Row[]) =>
    block.filter(({ segments }) => segments.length > 1).length >= pitchSettings.minLines;
  const isCrossed = near.some(({ from, to }) => from < a.to && to > b.from);
  return hasColumns(left) && hasColumns(rest) && !isCrossed && isOver(a) && isOver(b);
}

interface Extent extends Column {
  top: number;
  end: number;
}

function extentOf(rows: Row[]): Extent {
  const segments = rows.flatMap((row) => row.segments);
  return {
    from: Math.min(...segments.map(({ from }) => from)),
    to: Math.max(...segments.map(({ to }) => to)),
    top: Math.min(...rows.map(({ y }) => y)),
    end: Math.max(...rows.map(({ bottom }) => bottom)),
  };
}

/** The text of a row stands on one line, so its first piece is enough. */
function middleOf({ segments: [first], y }: Row): number {
  const [piece] = first?.pieces ?? [];
  return piece === undefined ? y : middle(piece);
}
