import type { LayoutBlock, LiteParse } from '@llamaindex/liteparse';
import { toLines } from '../layout/lines.ts';
import { type Box, bottom, isCentred, middle, right, type Size } from '../model/box.ts';
import type { Rules } from '../model/drawing.ts';
import type { Piece } from '../model/piece.ts';
import type { Cell, Table } from '../model/table.ts';

/** Finds tables in words and rules that LiteParse has not read itself. */
export function findTables(parser: LiteParse, { width, height }: Size, words: Piece[], rules: Rules): Table[] {
  const stroke = (x1: number, y1: number, x2: number, y2: number) => ({ kind: 'stroke' as const, x1, y1, x2, y2 });
  const { pages } = parser.parsePages([
    {
      pageNumber: 1,
      pageWidth: width,
      pageHeight: height,
      textItems: words.map(({ text, size, ...box }) => ({
        ...{ text, x: box.x, y: box.y, width: box.width, height: box.height },
        ...{ fontSize: size, fontHeight: size, words: [] },
      })),
      graphics: [
        ...rules.horizontal.map(({ at, from, to }) => stroke(from, at, to, at)),
        ...rules.vertical.map(({ at, from, to }) => stroke(at, from, at, to)),
      ].map((line) => ({ ...line, hasStroke: true, hasFill: false, lineWidth: 1 })),
    },
  ]);
  return pages.flatMap(({ blocks }) => (blocks ?? []).flatMap((block) => toWholeTable(block, words) ?? []));
}

/** Converts a block to a table, whose cells never span in LiteParse; null if it is not a table. */
function toTable({ kind, bbox, header, rows }: LayoutBlock): Table | null {
  if (kind !== 'table' || bbox === undefined) {
    return null;
  }
  const all = [...(header === undefined || header.length === 0 ? [] : [header]), ...(rows ?? [])];
  return {
    box: bbox,
    rows: all.map((row) => row.map(({ text }): Cell => ({ text: plain(text), columns: 1, rows: 1 }))),
  };
}

/** Converts the Markdown in LiteParse's cells to text: escapes, links and line breaks. */
function plain(text: string): string {
  return text.replace(/\\([\\`*_{}[\]()#+.!|<>~-])/g, '$1').replace(/<br\s?\/?>/g, ' ');
}

/** Puts words that LiteParse left out of a table's cells into the nearest row and column. */
function toWholeTable(block: LayoutBlock, words: Piece[]): Table | null {
  const table = toTable(block);
  if (table === null) return null;
  const places = placesOf(block);
  const missing = new Map<Cell, Piece[]>();
  for (const word of leftOut(table, words).filter((each) => !places.some(({ box }) => isCentred(each, box)))) {
    const row = nearest(places, ({ box }) => distance(middle(word), box.y, bottom(box)))?.row ?? 0;
    const column = nearest(places, ({ box }) => distance(word.x + word.width / 2, box.x, right(box)))?.column ?? 0;
    const cell = table.rows[row]?.[column];
    if (cell !== undefined) missing.set(cell, [...(missing.get(cell) ?? []), word]);
  }
  for (const [cell, more] of missing) {
    const lines = toLines(more).sort((a, b) => middle(a) - middle(b) || a.x - b.x);
    cell.text = [cell.text, ...lines.map(({ text }) => text)].join(' ').trim();
  }
  return table;
}

/** Returns the words within the box of a table that are in none of its cells. */
function leftOut({ box, rows }: Table, words: Piece[]): Piece[] {
  const held = new Map<string, number>();
  const add = (word: string, times: 1 | -1) => held.set(word, (held.get(word) ?? 0) + times);
  for (const word of rows.flat().flatMap(({ text }) => text.split(' '))) add(word, 1);
  return words.filter((piece) => {
    if (!isCentred(piece, box)) return false;
    const parts = piece.text.split(' ');
    const isHeld = parts.every((part) => (held.get(part) ?? 0) > 0);
    for (const part of parts) add(part, -1);
    return !isHeld;
  });
}

interface Place {
  row: number;
  column: number;
  box: Box;
}

function placesOf({ header, rows }: LayoutBlock): Place[] {
  const all = header === undefined || header.length === 0 ? (rows ?? []) : [header, ...(rows ?? [])];
  return all.flatMap((cells, row) =>
    cells.flatMap(({ bbox }, column) => (bbox === undefined ? [] : [{ row, column, box: bbox }])),
  );
}

function nearest(places: Place[], distanceOf: (place: Place) => number): Place | null {
  let best: { place: Place; distance: number } | null = null;
  for (const place of places) {
    const own = distanceOf(place);
    if (best === null || own < best.distance) best = { place, distance: own };
  }
  return best?.place ?? null;
}

/** Returns the distance of a value from a range; zero within it. */
function distance(value: number, from: number, to: number): number {
  return Math.max(0, from - value, value - to);
}
