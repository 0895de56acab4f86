import type { Truth } from './sheet.ts';

/** How much of a document's truth its Markdown holds, each from 0 to 1. */
export interface InvoiceScore {
  /** Share of the rows that are a row of a table, cell by cell. */
  rows: number;
  /** Share of the table rows with several filled cells that are rows of the truth, or labels with their values. */
  precision: number;
  /** Share of the labels that are directly followed by their value. */
  pairs: number;
  /** Share of the blocks whose lines follow one another. */
  blocks: number;
  /** What is missing. */
  missing: string[];
}

/** Scores the Markdown of a document. */
export function scoreInvoice(markdown: string, truth: Truth): InvoiceScore {
  const found = tableRows(markdown).map(filled);
  const written = new Set(found.map(keyOf));
  const plain = plainText(markdown);
  const missing: string[] = [];
  const share = <T>(list: T[], holds: (each: T) => boolean, describe: (each: T) => string): number => {
    const failed = list.filter((each) => !holds(each));
    missing.push(...failed.map(describe));
    return list.length === 0 ? 1 : 1 - failed.length / list.length;
  };
  const rows = share(
    truth.rows,
    (row) => written.has(keyOf(row)),
    (row) => `row: ${row.join(' | ')}`,
  );
  const pairs = share(
    truth.pairs,
    ([label, value]) => follows(plain, label, value),
    (pair) => `pair: ${pair.join(' | ')}`,
  );
  const blocks = share(
    truth.blocks,
    (lines) => plain.includes(normal(lines.join(' '))),
    (lines) => `block: ${lines.join(' | ')}`,
  );
  const right = new Set([...truth.rows, ...truth.pairs].map(keyOf));
  const wide = found.filter(({ length }) => length > 2);
  const precision = share(
    wide,
    (row) => right.has(keyOf(row)) || isMadeOfPairs(row, truth),
    (row) => `not a row: ${row.join(' | ')}`,
  );
  return { rows, precision, pairs, blocks, missing };
}

/** Two labels with their values may stand in one row. */
function isMadeOfPairs(row: string[], { pairs }: Truth): boolean {
  const known = new Set(pairs.map(keyOf));
  return (
    row.length % 2 === 0 && row.every((_, index) => index % 2 === 1 || known.has(keyOf(row.slice(index, index + 2))))
  );
}

function keyOf(row: string[]): string {
  return row.map(normal).join('\t');
}

function normal(text: string): string {
  return text.normalize('NFKC').replace(/\s+/g, ' ').trim();
}

function filled(row: string[]): string[] {
  return row.filter((text) => text !== '');
}

/** Reports whether only blanks, colons, dots or the edge of a cell stand between a label and its value. */
function follows(plain: string, label: string, value: string): boolean {
  const literal = (text: string) => normal(text).replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`${literal(label)}[\\s:.]*${literal(value)}(?![\\d.,]*\\d)`).test(plain);
}

/** The rows of all tables, in pipes or HTML. */
function tableRows(markdown: string): string[][] {
  const rows: string[][] = [];
  for (const [, row = ''] of markdown.matchAll(/<tr>(.*?)<\/tr>/gs)) {
    rows.push([...row.matchAll(/<td[^>]*>(.*?)<\/td>/gs)].map(([, text = '']) => plainCell(text)));
  }
  for (const line of markdown.split('\n')) {
    if (line.startsWith('| ') && !/^\|(?: --- \|)+$/.test(line)) {
      rows.push(
        line
          .slice(1, -1)
          .split(/(?<!\\)\|/)
          .map(plainCell),
      );
    }
  }
  return rows;
}

function plainCell(text: string): string {
  const entities = text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
  return normal(entities.replace(/\\(?=[^\w\s])/g, ''));
}

/** The text without the marks of tables, headings, lists and code. */
function plainText(markdown: string): string {
  const lines = markdown
    .replace(/<\/?(?:table|tr|td)[^>]*>/g, ' ')
    .split('\n')
    .filter((line) => !/^\|(?: --- \|)+$/.test(line) && !line.startsWith('```'))
    .map((line) => (line.startsWith('| ') ? line.replace(/(?<!\\)\|/g, ' ') : line.replace(/^(?:#+|[-•]) /, '')));
  return plainCell(lines.join(' '));
}
