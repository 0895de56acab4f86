import type { Cell } from './block.ts';
import { type Box, bottom, middle, type Piece, right } from './piece.ts';

export interface Table {
  box: Box;
  rows: Cell[][];
}

/** A table found by an engine or by us, with what stands in it. */
export interface PlacedTable extends Table {
  pieces: Set<Piece>;
}

const mostTables = 100;

/** An engine's tables that are tables: columns of text are none, and neither are two rows without rules, such as legends. */
export function acceptTables(tables: Table[], pieces: Piece[]): PlacedTable[] {
  return tables
    .filter(isTable)
    .slice(0, mostTables)
    .map((table) => ({
      ...table,
      pieces: new Set(pieces.filter((piece) => isInside(table.box, piece))),
    }));
}

function isTable({ rows }: Table): boolean {
  const texts = rows.flatMap((row) => row.map(({ text }) => text)).filter((text) => text !== '');
  const inSentence = texts.filter((text) => /^\p{Ll}/u.test(text)).length;
  const characters = texts.reduce((sum, { length }) => sum + length, 0);
  const isProse = inSentence * 10 > texts.length * 3 && characters > 20 * texts.length;
  return rows.length > 2 && !isProse;
}

function isInside(box: Box, piece: Piece): boolean {
  const x = piece.x + piece.width / 2;
  const y = middle(piece);
  return x >= box.x && x <= right(box) && y >= box.y && y <= bottom(box);
}

/** The first ones, and those of the others that don't lie over one of them. */
export function withoutOverlaps(first: PlacedTable[], others: PlacedTable[]): PlacedTable[] {
  return [...first, ...others.filter(({ box }) => !first.some((table) => liesOver(table.box, box)))];
}

function liesOver(a: Box, b: Box): boolean {
  const width = Math.min(right(a), right(b)) - Math.max(a.x, b.x);
  const height = Math.min(bottom(a), bottom(b)) - Math.max(a.y, b.y);
  return width > 0 && height > 0 && width * height > 0.3 * Math.min(a.width * a.height, b.width * b.height);
}
