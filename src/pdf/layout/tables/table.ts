import { type Box, bottom, isCentred, right } from '../../model/box.ts';
import type { Piece } from '../../model/piece.ts';
import type { Table } from '../../model/table.ts';
import type { Line } from '../lines.ts';
import type { Column } from './columns.ts';
import { isList, isProportional } from './table-checks.ts';

/** A table found by an engine or by us, with what stands in it. */
export interface PlacedTable extends Table {
  pieces: Set<Piece>;
  /** Where the text of its columns stands; null if that is unknown. */
  columns: Column[] | null;
}

/** What stands in none of the tables. */
export function outside(tables: PlacedTable[], pieces: Piece[]): Piece[] {
  if (tables.length === 0) return pieces;
  const inTables = new Set(tables.flatMap((table) => [...table.pieces]));
  return pieces.filter((piece) => !inTables.has(piece));
}

const maxTables = 100;

/** Returns an engine's tables, without columns of text, code, and pairs of rows without rules, such as legends. */
export function acceptTables(tables: Table[], lines: Line[], prose: Set<Line>): PlacedTable[] {
  const isCode = isProportional(lines) ? ({ fixedWidth }: Line) => fixedWidth : () => false;
  return tables
    .filter(isTable)
    .slice(0, maxTables)
    .flatMap((table) => {
      const there = lines.filter((line) => line.pieces.some((piece) => isCentred(piece, table.box)));
      const isOther = there.filter((line) => prose.has(line)).length * 2 > there.length || there.every(isCode);
      const pieces = there.flatMap((line) => line.pieces.filter((piece) => isCentred(piece, table.box)));
      return isOther || !holds(table, pieces) ? [] : [{ ...table, pieces: new Set(pieces), columns: null }];
    });
}

/** Reports whether the cells have exactly the text of their place. Engines omit words, and include hidden ones. */
function holds({ rows }: Table, pieces: Piece[]): boolean {
  const counts = new Map<string, number>();
  const add = (text: string, times: 1 | -1) => {
    for (const character of text.normalize('NFKC').replace(/\s/g, '')) {
      counts.set(character, (counts.get(character) ?? 0) + times);
    }
  };
  for (const { text } of rows.flat()) add(text, 1);
  for (const { text } of pieces) add(text, -1);
  return [...counts.values()].every((count) => count === 0);
}

function isTable({ rows }: Table): boolean {
  const texts = rows.flatMap((row) => row.map(({ text }) => text)).filter((text) => text !== '');
  const inSentence = texts.filter((text) => /^\p{Ll}/u.test(text)).length;
  const characters = texts.reduce((sum, { length }) => sum + length, 0);
  const isProse = inSentence * 10 > texts.length * 3 && characters > 12 * texts.length;
  return rows.length > 2 && !isProse && !isList(rows.map((row) => row.map(({ text }) => text)));
}

/** Of tables that lie over one another the grid, then the one that holds more, then ours. */
export function withoutOverlaps(grids: PlacedTable[], open: PlacedTable[], engines: PlacedTable[]): PlacedTable[] {
  const kept = [...grids];
  for (const table of [...open, ...engines].sort((a, b) => b.pieces.size - a.pieces.size)) {
    if (!kept.some((other) => liesOver(table.box, other.box) || sharesText(table, other))) kept.push(table);
  }
  return kept;
}

/** Nothing may be told twice. */
function sharesText({ pieces }: PlacedTable, other: PlacedTable): boolean {
  return [...pieces].some((piece) => other.pieces.has(piece));
}

function liesOver(a: Box, b: Box): boolean {
  const width = Math.min(right(a), right(b)) - Math.max(a.x, b.x);
  const height = Math.min(bottom(a), bottom(b)) - Math.max(a.y, b.y);
  return width > 0 && height > 0 && width * height > 0.3 * Math.min(a.width * a.height, b.width * b.height);
}
