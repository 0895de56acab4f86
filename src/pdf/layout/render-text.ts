import type { Block } from './block.ts';

/** Renders blocks as plain text: lines as printed, a line for each row of a table, an empty line between blocks. */
export function toPlainText(blocks: Block[]): string {
  return blocks.map(render).join('\n\n');
}

function render(block: Block): string {
  if (block.kind === 'TABLE') {
    const rows = block.rows.map((row) => row.map(({ text }) => text).join('\t'));
    return rows.map((row) => row.trim()).join('\n');
  }
  const text = block.lines.map((line) => line.text).join('\n');
  return block.kind === 'FOOTNOTE' ? `[${block.marker}] ${text}` : text;
}
