import { right, sameRow } from '../model/box.ts';
import type { Cell } from '../model/table.ts';
import type { Block } from './block.ts';
import { flowText } from './flow-text.ts';
import { headingLevel } from './headings.ts';
import { linesKeptApart } from './line-ends.ts';
import type { Line } from './lines.ts';
import { escapeMarkdown } from './markdown-text.ts';

export interface MarkdownOptions {
  /** The words of the document, to join words broken at line ends; null leaves them as printed. */
  words: Set<string> | null;
  /** Sizes of the document's headings, the largest first: each is a level. */
  headingSizes: number[];
}

/** Renders blocks as Markdown, an empty line between them. Tables with spanning cells are HTML. */
export function toMarkdown(blocks: Block[], options: MarkdownOptions): string {
  return blocks.map((block) => render(block, options)).join('\n\n');
}

function render(block: Block, { words, headingSizes }: MarkdownOptions): string {
  switch (block.kind) {
    case 'HEADING':
      return `${'#'.repeat(headingLevel(block.size, headingSizes))} ${flowText(block.lines, words)}`;
    case 'PARAGRAPH':
      return paragraph(block.lines, words);
    case 'LIST_ITEM': {
      const text = flowText(block.lines, words);
      const isNumber = /[\p{L}\d]/u.test(block.marker);
      return isNumber ? text : `- ${text.slice(block.marker.length).trimStart()}`;
    }
    case 'FOOTNOTE':
      return `[^${block.label}]: ${flowText(block.lines, words)}`;
    case 'CODE':
      return renderCode(block.lines);
    case 'TABLE':
      return renderTable(block.rows);
  }
}

/** Lines that are kept apart on purpose stay lines: two spaces at the end of a line are a line break in Markdown. */
function paragraph(lines: Line[], words: Set<string> | null): string {
  const rows = linesKeptApart(lines) ?? [lines];
  return rows.map((row) => escapeStart(flowText(row, words))).join('  \n');
}

/** Escapes text that would begin a heading, a quotation or a list. */
function escapeStart(text: string): string {
  return text.replace(/^(#{1,6}(?:\s|$)|>|[-+*]\s)/, '\\$1');
}

const maxIndent = 120;

/** Keeps the columns that programs print side by side. */
function renderCode(lines: Line[]): string {
  const left = lines.reduce((least, { x }) => Math.min(least, x), Infinity);
  const text: string[] = [];
  let before: Line | null = null;
  for (const line of lines) {
    const advance = line.width / Math.max(1, line.text.length);
    const indent = Math.min(maxIndent, Math.round((line.x - left) / advance));
    const isBeside = before !== null && sameRow(before, line) && line.x >= right(before);
    const row = isBeside ? (text.pop() ?? '') : '';
    text.push(row + ' '.repeat(Math.max(isBeside ? 1 : 0, indent - row.length)) + line.text);
    before = line;
  }
  const fence = text.some((line) => line.startsWith('```')) ? '~~~~' : '```';
  return `${fence}\n${text.join('\n')}\n${fence}`;
}

function renderTable(rows: Cell[][]): string {
  const spans = rows.some((row) => row.some((cell) => cell.columns > 1 || cell.rows > 1));
  return spans ? renderHtml(rows) : renderPipes(rows);
}

function renderPipes(rows: Cell[][]): string {
  const width = Math.max(...rows.map((row) => row.length));
  const lines = rows.map((row) => {
    const cells = Array.from({ length: width }, (_, index) =>
      escapeMarkdown(row[index]?.text ?? '').replaceAll('|', '\\|'),
    );
    return `| ${cells.join(' | ')} |`;
  });
  const rule = `|${' --- |'.repeat(width)}`;
  return [lines[0], rule, ...lines.slice(1)].join('\n');
}

function renderHtml(rows: Cell[][]): string {
  const lines = rows.map((row) => {
    const cells = row.map(({ text, columns, rows }) => {
      const spans = `${columns > 1 ? ` colspan="${columns}"` : ''}${rows > 1 ? ` rowspan="${rows}"` : ''}`;
      return `    <td${spans}>${text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')}</td>`;
    });
    return ['  <tr>', ...cells, '  </tr>'].join('\n');
  });
  return ['<table>', ...lines, '</table>'].join('\n');
}
