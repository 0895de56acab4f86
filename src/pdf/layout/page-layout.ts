import { type Box, bottom, right } from '../model/box.ts';
import type { PageContent } from '../model/page-content.ts';
import type { Block } from './block.ts';
import { toBlocks } from './blocks.ts';
import type { Typography } from './headings.ts';
import { type Line, toLines } from './lines.ts';
import { proseLines } from './prose.ts';
import { type Item, readingOrder } from './reading-order.ts';
import { gridTables } from './tables/grid-tables.ts';
import { openTables } from './tables/open-tables.ts';
import { withoutShading } from './tables/shading.ts';
import { acceptTables, outside, type PlacedTable, withoutOverlaps } from './tables/table.ts';
import { isRightToLeft } from './text-direction.ts';

/** A page whose tables and lines are known, but not yet what the lines are. */
export interface PageLayout {
  height: number;
  tables: PlacedTable[];
  lines: Line[];
  turned: Line[];
}

export function layOutPage({ height, pieces, turned, rules: drawn, shapes, tables }: PageContent): PageLayout {
  const rules = withoutShading(drawn, shapes);
  const grids = gridTables(rules, pieces);
  const lines = toLines(outside(grids, pieces));
  const prose = proseLines(lines);
  const open = openTables(lines, prose, rules.horizontal);
  const placed = withoutOverlaps(grids, open, acceptTables(tables, lines, prose));
  return {
    height,
    tables: placed,
    lines: placed.length === grids.length ? lines : toLines(outside(placed, pieces)),
    turned: turned.flatMap((piece) => toLines([piece])),
  };
}

/** The page's blocks in reading order, without the lines to be left out. */
export function readBlocks(layout: PageLayout, typography: Typography, leftOut: Set<Line>): Block[] {
  const lines = layout.lines.filter((line) => !leftOut.has(line));
  const items = [
    ...lines.map(toItem),
    ...layout.tables.map((table) => ({ ...box(table.box), size: typography.body, weight: 0, goesOn: false, table })),
  ];
  // Where lines run from right to left, so do columns, and what stands side by side: as in a mirror.
  if (isRightToLeft(lines.map(({ text }) => text).join(' '))) {
    for (const item of items) item.x = -right(item);
  }
  const alone = aloneInRow(layout);
  const blocks = layout.turned.map((line): Block => ({ kind: 'PARAGRAPH', box: box(line), lines: [line] }));
  let run: Line[] = [];
  const flush = () => {
    blocks.push(...toBlocks(run, typography, alone));
    run = [];
  };
  for (const item of readingOrder(items).flat()) {
    if ('line' in item) {
      run.push(item.line);
    } else {
      flush();
      blocks.push({ kind: 'TABLE', box: box(item.table.box), rows: item.table.rows });
    }
  }
  flush();
  return blocks;
}

/** The blocks that running headers and footers are alone, in reading order. */
export function readRunning(layout: PageLayout, typography: Typography, running: Set<Line>): Block[] {
  const lines = layout.lines.filter((line) => running.has(line));
  return lines.length === 0 ? [] : readBlocks({ ...layout, lines, tables: [], turned: [] }, typography, new Set());
}

/** Written out, as every line of a document comes through here: copying the others' properties takes longer than all the rest. */
function toItem(line: Line): Item & { line: Line } {
  const { x, y, width, height, size, text } = line;
  return { x, y, width, height, size, weight: text.length, goesOn: /^\p{Ll}/u.test(text), line };
}

function box({ x, y, width, height }: Box): Box {
  return { x, y, width, height };
}

/** Bold lines side by side are the head of a table rather than headings; so near the page's edge they are running ones. */
function aloneInRow({ lines, height }: PageLayout): (line: Line) => boolean {
  const rows = new Map<string, number>();
  const key = (line: Line, step: number) => `${Math.round(line.y) + step} ${Math.round(line.size * 2)}`;
  for (const line of lines) {
    if (line.bold) rows.set(key(line, 0), (rows.get(key(line, 0)) ?? 0) + 1);
  }
  return (line) =>
    [-1, 0, 1].reduce((sum, step) => sum + (rows.get(key(line, step)) ?? 0), 0) <= 1 &&
    bottom(line) > 0.06 * height &&
    line.y < 0.95 * height;
}
