/**
 * Records what engines read of some pages of our own documents, as input for the tests of layout rules:
 * `npx tsx scripts/record-layouts.ts`. Run it after a change of the reading engine, and review the difference.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Box } from '../src/pdf/model/box.ts';
import type { Rule } from '../src/pdf/model/drawing.ts';
import type { Piece } from '../src/pdf/model/piece.ts';
import type { ReadPage } from '../src/pdf/model/read-page.ts';
import { readPageInGroup } from './layout/read-group.ts';

const root = new URL('../', import.meta.url);

/** Documents and their pages to record. */
const pages: [string, number[]][] = [
  ['test/fixtures/columns.pdf', [1]],
  ['test/fixtures/headings.pdf', [1]],
  ['test/fixtures/layouts.pdf', [2, 3, 4]],
  ['test/fixtures/many-pages.pdf', [1, 2, 3, 4]],
  ['test/fixtures/rtl.pdf', [1]],
  ['test/fixtures/table.pdf', [1]],
  ['samples/pagehive-sample.pdf', [9, 12]],
];

/** To a hundredth of a point. */
function round(value: number): number {
  return Math.round(value * 100) / 100;
}

function box({ x, y, width, height }: Box) {
  return { x: round(x), y: round(y), width: round(width), height: round(height) };
}

function piece({ text, size, bold, fixedWidth, ...place }: Piece) {
  return { text, ...box(place), size, bold, fixedWidth };
}

function rule({ at, from, to }: Rule) {
  return { at: round(at), from: round(from), to: round(to) };
}

/** JSON with one line per list item. */
function toJson(page: ReadPage): string {
  const { width, height, pieces, turned, rules, shapes } = page;
  const list = (items: unknown[]) =>
    items.length === 0 ? '[]' : `[\n${items.map((item) => `    ${JSON.stringify(item)}`).join(',\n')}\n  ]`;
  const entries = {
    width: String(round(width)),
    height: String(round(height)),
    pieces: list(pieces.map(piece)),
    turned: list(turned.map(piece)),
    horizontal: list(rules.horizontal.map(rule)),
    vertical: list(rules.vertical.map(rule)),
    shapes: list(shapes.map(({ colour, curved, ...place }) => ({ ...box(place), colour, curved }))),
  };
  const lines = Object.entries(entries).map(([key, value]) => `  "${key}": ${value}`);
  return `{\n${lines.join(',\n')}\n}\n`;
}

for (const [path, numbers] of pages) {
  for (const number of numbers) {
    const { page } = await readPageInGroup(fileURLToPath(new URL(path, root)), number);
    const name = path.replace(/^.*\/|\.pdf$/g, '');
    const target = fileURLToPath(new URL(`test/pdf/layout/recorded/${name}-${number}.json`, root));
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, toJson(page));
  }
}
process.exit(0);
