import { type Box, right } from '../model/box.ts';
import type { PageContent, PictureText } from '../model/page-content.ts';
import type { Piece } from '../model/piece.ts';
import type { Cell } from '../model/table.ts';
import type { Block } from './block.ts';
import { toBlocks } from './blocks.ts';
import { aloneInRow } from './bold-neighbours.ts';
import { joinDropCapitals } from './drop-capitals.ts';
import type { Typography } from './headings.ts';
import type { Item } from './item.ts';
import { type Line, toLines } from './lines.ts';
import { proseLines } from './prose.ts';
import { readingOrder } from './reading-order.ts';
import { joinContinued } from './tables/continued-tables.ts';
import { gridTables } from './tables/grid-tables.ts';
import { openTables } from './tables/open-tables.ts';
import { withoutShading } from './tables/shading.ts';
import { acceptTables, outside, type PlacedTable, withoutOverlaps } from './tables/table.ts';
import { isRightToLeft } from './text-direction.ts';

/** A page whose tables and lines are known, but not yet the kinds of its lines. */
export interface PageLayout {
  height: number;
  tables: PlacedTable[];
  /** Lines outside of tables. */
  lines: Line[];
  turned: Line[];
  /** Lines of running text, found before the tables. */
  prose: Set<Line>;
  pictures: PlacedPicture[];
}

/** A picture whose text OCR read: a page within the page. */
export interface PlacedPicture {
  box: Box;
  layout: PageLayout;
}

/** A line, a table or a picture, to be put in order. */
export type PageItem = Item & ({ line: Line } | { table: PlacedTable } | { picture: PlacedPicture });

/** Finds the tables and lines of a page. */
export function layOutPage(page: PageContent): PageLayout {
  const { height, turned, tables, pictures } = page;
  const pieces = joinDropCapitals(page.pieces);
  const rules = withoutShading(page.rules, page.shapes);
  const grids = gridTables(rules, pieces);
  const lines = toLines(outside(grids, pieces));
  const prose = proseLines(lines);
  const open = openTables(lines, prose, rules.horizontal);
  const found = withoutOverlaps(grids, open, acceptTables(tables, lines, prose));
  const placed = joinContinued(found, lines, prose);
  return {
    height,
    tables: placed,
    lines: placed.every((table) => grids.includes(table)) ? lines : toLines(outside(placed, pieces)),
    turned: turned.flatMap((piece) => toLines([piece])),
    prose,
    pictures: pictures.map(layOutPicture),
  };
}

/** Minimum share of a grid's places that have text, in a picture: the bars and axes of charts form grids as well. */
const minFilled = 0.7;

/** Only ruled grids count as tables in pictures: the labels of charts stand like the cells of tables without rules. */
function layOutPicture({ box, pieces, rules }: PictureText): PlacedPicture {
  const tables = gridTables(rules, pieces).filter(({ rows }) => filledShare(rows.flat()) >= minFilled);
  const lines = toLines(outside(tables, pieces));
  return { box, layout: { height: box.height, tables, lines, turned: [], prose: new Set(), pictures: [] } };
}

function filledShare(cells: Cell[]): number {
  const places = cells.reduce((sum, { columns, rows }) => sum + columns * rows, 0);
  return cells.filter(({ text }) => text !== '').length / places;
}

/** Returns all upright text of a page: its lines, and the pieces of its tables. */
export function textOf({ lines, tables }: PageLayout): Piece[] {
  return [...lines, ...tables.flatMap(({ pieces }) => [...pieces])];
}

/** Returns the lines and tables of a page in reading order, region by region, without the lines in `leftOut`. */
export function orderItems(layout: PageLayout, typography: Typography, leftOut: Set<Line>): PageItem[][] {
  const lines = layout.lines.filter((line) => !leftOut.has(line));
  const items: PageItem[] = [
    ...lines.map(toItem),
    ...layout.tables.map((table) => ({ ...toWhole(table.box, typography), table })),
    ...layout.pictures.map((picture) => ({ ...toWhole(picture.box, typography), picture })),
  ];
  // Where lines run from right to left, so do columns and rows: the order is that of the mirrored page.
  if (isRightToLeft(lines.map(({ text }) => text).join(' '))) {
    for (const item of items) item.x = -right(item);
  }
  return readingOrder(items);
}

/** Returns the blocks of a page in reading order, without the lines in `leftOut`. */
export function readBlocks(layout: PageLayout, typography: Typography, leftOut: Set<Line>): Block[] {
  const alone = aloneInRow(layout);
  const blocks = layout.turned.map((line): Block => ({ kind: 'PARAGRAPH', box: boxOf(line), lines: [line] }));
  let run: Line[] = [];
  const flush = () => {
    blocks.push(...toBlocks(run, typography, alone));
    run = [];
  };
  for (const item of orderItems(layout, typography, leftOut).flat()) {
    if ('line' in item) {
      run.push(item.line);
      continue;
    }
    flush();
    if ('picture' in item) blocks.push(...readPicture(item.picture, typography));
    else blocks.push(toTable(item.table));
  }
  flush();
  return blocks;
}

/**
 * Returns the blocks of a picture. Large words in it are the title of a chart or a sign, not headings of the text, and a
 * dash before a number is its sign.
 */
function readPicture({ layout }: PlacedPicture, typography: Typography): Block[] {
  return readBlocks(layout, typography, new Set()).map((block) =>
    block.kind === 'TABLE' ? block : { kind: 'PARAGRAPH', box: block.box, lines: block.lines },
  );
}

/** Returns the blocks of running headers and footers by themselves, in reading order. */
export function readRunning(layout: PageLayout, typography: Typography, running: Set<Line>): Block[] {
  const lines = layout.lines.filter((line) => running.has(line));
  if (lines.length === 0) return [];
  return readBlocks({ ...layout, lines, tables: [], turned: [], pictures: [] }, typography, new Set());
}

/**
 * Written out, because it runs for every line of a document: copying all properties takes longer than the rest of the
 * layout.
 */
function toItem(line: Line): Item & { line: Line } {
  const { x, y, width, height, size, text } = line;
  return { x, y, width, height, size, weight: text.length, continues: /^\p{Ll}/u.test(text), line };
}

/** An item that is put in order as a whole. */
function toWhole(box: Box, { body }: Typography): Item {
  return { ...boxOf(box), size: body, weight: 0, continues: false };
}

function toTable({ box, rows, pieces }: PlacedTable): Block {
  return { kind: 'TABLE', box: boxOf(box), rows, pieces };
}

function boxOf({ x, y, width, height }: Box): Box {
  return { x, y, width, height };
}
