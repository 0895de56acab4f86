import type { PageBlock } from '../../src/pdf/model/document.ts';

/** A block, and whether the transcription of its page agrees with its kind and extent. */
export interface JudgedBlock {
  kind: PageBlock['kind'];
  confidence: number;
  right: boolean;
}

/** The parts of a transcription, as letters and digits. */
interface Truth {
  headings: string[];
  /** The cells of each table. */
  tables: string[][];
  /** All text outside of tables, in order. */
  text: string;
}

/** Minimum number of letters and digits: shorter blocks are found in any text. */
const minLetters = 4;
/** Minimum share of the cells of a table that the transcription has in the same order, and the other way round. */
const minCells = 0.9;

/**
 * Judges blocks by the Markdown that a person wrote of their page. A heading is right if it begins like a heading of
 * the transcription, a table if its cells are those of a table, and any other block if its text stands in one piece in
 * the transcription and is not a heading.
 */
export function judgeBlocks(blocks: PageBlock[], markdown: string): JudgedBlock[] {
  const truth = readTruth(markdown);
  return blocks.flatMap(({ kind, text, rows, confidence }) => {
    if (confidence === null || plain(text).length < minLetters) return [];
    const right = rows === null ? isRightText(kind, plain(text), truth) : isRightTable(rows.flat(), truth);
    return [{ kind, confidence, right }];
  });
}

function isRightText(kind: PageBlock['kind'], text: string, { headings, text: all }: Truth): boolean {
  const isHeading = headings.some((heading) => text.startsWith(heading));
  return kind === 'HEADING' ? isHeading : !isHeading && all.includes(text);
}

function isRightTable(cells: { text: string }[], { tables }: Truth): boolean {
  const own = cells.map(({ text }) => plain(text)).filter((text) => text !== '');
  return tables.some((other) => commonCells(own, other) >= minCells * Math.max(own.length, other.length));
}

/** Returns the length of the longest common subsequence. */
function commonCells(one: string[], other: string[]): number {
  let before = new Array<number>(other.length + 1).fill(0);
  for (const cell of one) {
    const row = [0];
    for (const [index, candidate] of other.entries()) {
      const same = (before[index] ?? 0) + 1;
      row.push(cell === candidate ? same : Math.max(before[index + 1] ?? 0, row[index] ?? 0));
    }
    before = row;
  }
  return before.at(-1) ?? 0;
}

function readTruth(markdown: string): Truth {
  const tables: string[][] = [];
  const addTable = (cells: string[]) => tables.push(cells.map(plain).filter((text) => text !== ''));
  const withoutHtml = markdown.replace(/<table[\s\S]*?<\/table>/g, (table) => {
    addTable([...table.matchAll(/<t[dh][^>]*>([\s\S]*?)<\/t[dh]>/g)].map(([, cell = '']) => cell));
    return '\n';
  });
  const withoutTables = withoutHtml.replace(/(?:^\|.*\|[ \t]*$\n?)+/gm, (table) => {
    addTable(
      table
        .split('\n')
        .filter((row) => !/^[|\s:-]*$/.test(row))
        .flatMap((row) => row.split('|')),
    );
    return '\n';
  });
  const headings = [...withoutTables.matchAll(/^#+ (.*)$/gm)].map(([, text = '']) => plain(text));
  return { headings: headings.filter((text) => text !== ''), tables, text: plain(withoutTables) };
}

function plain(text: string): string {
  return text
    .replace(/&\w+;/g, '')
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');
}

/** Returns a table of how often blocks are right, by the confidence that they state. */
export function describeCalibration(judged: JudgedBlock[]): string[] {
  const bounds = [0, 0.5, 0.6, 0.7, 0.8, 0.9];
  const row = (name: string, blocks: JudgedBlock[]) => {
    const mean = (value: (block: JudgedBlock) => number) =>
      (blocks.reduce((sum, block) => sum + value(block), 0) / blocks.length).toFixed(3);
    const [stated, right] = [mean(({ confidence }) => confidence), mean((block) => (block.right ? 1 : 0))];
    return `  ${name.padEnd(12)} ${String(blocks.length).padStart(6)} ${stated.padStart(9)} ${right.padStart(8)}`;
  };
  const groups: [string, JudgedBlock[]][] = [
    ...bounds.map((from, index): [string, JudgedBlock[]] => {
      const to = bounds[index + 1] ?? 1.001;
      const name = `${from.toFixed(1)} to ${Math.min(1, to).toFixed(1)}`;
      return [name, judged.filter(({ confidence }) => confidence >= from && confidence < to)];
    }),
    ...[...new Set(judged.map(({ kind }) => kind))].map((kind): [string, JudgedBlock[]] => [
      kind,
      judged.filter((block) => block.kind === kind),
    ]),
  ];
  return [
    '  confidence   blocks    stated    right',
    ...groups.flatMap(([name, blocks]) => (blocks.length === 0 ? [] : [row(name, blocks)])),
  ];
}
