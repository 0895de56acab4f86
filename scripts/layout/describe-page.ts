import { linkFootnotes } from '../../src/pdf/layout/footnotes.ts';
import type { Line } from '../../src/pdf/layout/lines.ts';
import { orderItems, type PageLayout, readBlocks, readRunning } from '../../src/pdf/layout/page-layout.ts';
import type { Box } from '../../src/pdf/model/box.ts';
import type { ReadPage } from '../../src/pdf/model/read-page.ts';
import type { GroupLayout } from '../../src/pdf/run/finish-pages.ts';

/** Prints the decisions of each step of the layout of one page. */
export function* describePage(
  page: ReadPage,
  layout: PageLayout,
  { typography, running }: GroupLayout,
): Generator<string> {
  const { pieces, turned, rules, shapes, hidden, images, engine, fallback } = page;
  yield `page ${page.number}: ${page.width} x ${page.height} points, read by ${engine}${fallback === null ? '' : ` (${fallback})`}`;
  yield `${pieces.length} pieces, ${turned.length} turned, ${hidden.length} hidden, ${images.length} images, ${shapes.length} shapes, ${rules.horizontal.length} horizontal and ${rules.vertical.length} vertical rules`;
  for (const { reason, piece } of hidden) yield `  hidden ${reason}: ${quote(piece.text)} ${place(piece)}`;
  yield '';
  yield `type: body ${typography.body} points${typography.mostlyBold ? ', mostly bold' : ''}${typography.mostlyFixedWidth ? ', mostly of fixed width' : ''}`;
  yield '';
  yield `tables: ${layout.tables.length}`;
  for (const [index, { box, rows, pieces: own }] of layout.tables.entries()) {
    yield `  table ${index + 1}: ${rows.length} rows, ${own.size} pieces ${place(box)}`;
    for (const row of rows) yield `    ${row.map(({ text }) => text).join(' | ')}`;
  }
  yield '';
  yield `lines: ${layout.lines.length}`;
  for (const line of layout.lines) yield `  ${describeLine(line, layout, running)}`;
  yield '';
  const regions = orderItems(layout, typography, running);
  yield `reading order: ${regions.length} regions`;
  for (const [index, region] of regions.entries()) {
    yield `  region ${index + 1}`;
    for (const item of region) yield `    ${'line' in item ? quote(item.line.text) : 'a table'} ${place(item)}`;
  }
  yield '';
  const blocks = linkFootnotes(readBlocks(layout, typography, running), typography.body, page.number);
  yield `blocks: ${blocks.length}, running: ${readRunning(layout, typography, running).length}`;
  for (const block of blocks) {
    const size = block.kind === 'HEADING' ? ` (${block.size === null ? 'bold' : `${block.size} points`})` : '';
    yield `  ${block.kind}${size}: ${block.kind === 'TABLE' ? `${block.rows.length} rows` : quote(block.lines.map(({ text }) => text).join(' / '))}`;
  }
}

function describeLine(line: Line, { prose }: PageLayout, running: Set<Line>): string {
  const traits = [
    `${line.size} points`,
    ...(line.boldThroughout ? ['bold'] : []),
    ...(line.fixedWidth ? ['fixed width'] : []),
    ...(prose.has(line) ? ['prose'] : []),
    ...(running.has(line) ? ['running'] : []),
  ];
  return `${quote(line.text)} [${traits.join(', ')}] ${place(line)}`;
}

function quote(text: string): string {
  return JSON.stringify(text.length > 90 ? `${text.slice(0, 90)}…` : text);
}

function place({ x, y, width, height }: Box): string {
  return `at ${x.toFixed(1)},${y.toFixed(1)} size ${width.toFixed(1)}x${height.toFixed(1)}`;
}
