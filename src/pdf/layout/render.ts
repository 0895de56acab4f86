import type { Block, Cell } from './block.ts';
import type { Line } from './lines.ts';

/** Blocks as Markdown, an empty line between them. Cells that span make a table HTML. */
export function toMarkdown(blocks: Block[]): string {
  return blocks.map(render).join('\n\n');
}

function render(block: Block): string {
  switch (block.kind) {
    case 'HEADING':
      return `${'#'.repeat(block.level)} ${joinLines(block.lines)}`;
    case 'PARAGRAPH':
      return joinLines(block.lines);
    case 'LIST_ITEM':
      return listItem(block.marker, joinLines(block.lines));
    case 'CODE':
      return joinLines(block.lines);
    case 'TABLE':
      return renderTable(block.rows);
  }
}

function listItem(marker: string, text: string): string {
  return /\p{L}|\d/u.test(marker) ? text : `- ${text.slice(marker.length).trim()}`;
}

function joinLines(lines: Line[]): string {
  return lines.map((line) => line.text).join(' ');
}

function renderTable(rows: Cell[][]): string {
  const body = rows.map((row) => {
    const cells = row.map(({ text, columns, rows }) => {
      const spans = `${columns > 1 ? ` colspan="${columns}"` : ''}${rows > 1 ? ` rowspan="${rows}"` : ''}`;
      return `<td${spans}>${text}</td>`;
    });
    return `<tr>${cells.join('')}</tr>`;
  });
  return `<table>\n${body.join('\n')}\n</table>`;
}
