import { readFileSync } from 'node:fs';
import { type Line, toLines } from '../../../src/pdf/layout/lines.ts';
import type { PageContent } from '../../../src/pdf/model/page-content.ts';
import type { Piece } from '../../../src/pdf/model/piece.ts';

/**
 * Loads a page of our own documents as an engine read it, recorded by scripts/record-layouts.ts: "headings-1" is page 1
 * of headings.pdf.
 */
export function recorded(name: string): PageContent {
  const page = JSON.parse(readFileSync(new URL(`recorded/${name}.json`, import.meta.url), 'utf8'));
  const { width, height, pieces, turned, horizontal, vertical, shapes } = page;
  return { width, height, pieces, turned, rules: { horizontal, vertical }, shapes, tables: [], pictures: [] };
}

/** Returns the lines of a recorded page, without finding tables. */
export function recordedLines(name: string): Line[] {
  return toLines(recorded(name).pieces);
}

/** Creates a piece of 10-point type; by default, its width is that of average letters. */
export function piece(text: string, x: number, y: number, more: Partial<Piece> = {}): Piece {
  const size = more.size ?? 10;
  return { text, x, y, width: 0.5 * size * text.length, height: size, size, bold: false, fixedWidth: false, ...more };
}

/** Creates a line of one such piece. */
export function line(text: string, x: number, y: number, more: Partial<Piece> = {}): Line {
  const [made] = toLines([piece(text, x, y, more)]);
  if (made === undefined) throw new Error('a piece makes a line');
  return made;
}

export function textsOf(lines: Iterable<{ text: string }>): string[] {
  return [...lines].map(({ text }) => text);
}
