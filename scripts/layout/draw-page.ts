import { type CanvasTools, loadCanvas } from '../../src/pdf/images/canvas.ts';
import { orderItems, type PageLayout } from '../../src/pdf/layout/page-layout.ts';
import { type Box, union } from '../../src/pdf/model/box.ts';
import type { Pixels } from '../../src/pdf/model/pixels.ts';
import type { ReadPage } from '../../src/pdf/model/read-page.ts';
import type { GroupLayout } from '../../src/pdf/run/finish-pages.ts';

/** Pixels per point. */
const scale = 2;

const colours = {
  piece: '#9aa5b1',
  hidden: '#d64550',
  rule: '#e8590c',
  table: '#2f9e44',
  region: '#1c7ed6',
  number: '#1864ab',
};

type Context = ReturnType<CanvasTools['blank']>['context'];

/**
 * Draws pieces, rules, tables, and the reading order with its regions and numbers, over an image of the page if given.
 */
export async function drawPage(
  page: ReadPage,
  layout: PageLayout,
  { typography, running }: GroupLayout,
  picture: Pixels | null,
): Promise<Buffer> {
  const tools = await loadCanvas();
  if (tools === null) throw new Error('@napi-rs/canvas has no binary for this machine, so nothing can be drawn.');
  const { canvas, context } = tools.blank({
    width: Math.ceil(page.width * scale),
    height: Math.ceil(page.height * scale),
  });
  if (picture !== null) {
    context.globalAlpha = 0.35;
    context.drawImage(tools.fromPixels(picture), 0, 0, canvas.width, canvas.height);
    context.globalAlpha = 1;
  }
  context.lineWidth = 1;
  for (const piece of [...page.pieces, ...page.turned]) outline(context, piece, colours.piece);
  for (const { piece } of page.hidden) outline(context, piece, colours.hidden);
  context.lineWidth = 2;
  for (const { at, from, to } of page.rules.horizontal) stroke(context, from, at, to, at);
  for (const { at, from, to } of page.rules.vertical) stroke(context, at, from, at, to);
  context.lineWidth = 3;
  for (const { box } of layout.tables) outline(context, box, colours.table);
  let count = 0;
  for (const region of orderItems(layout, typography, running)) {
    // In right-to-left text, items are mirrored; lines and tables are not.
    const boxes = region.map((item) =>
      'line' in item ? item.line : 'table' in item ? item.table.box : item.picture.box,
    );
    outline(context, union(boxes), colours.region);
    for (const box of boxes) {
      count += 1;
      context.fillStyle = colours.number;
      context.font = '14px sans-serif';
      context.fillText(String(count), Math.max(0, box.x * scale - 22), (box.y + box.height) * scale);
    }
  }
  return await tools.encode(canvas, 'PNG');
}

function outline(context: Context, { x, y, width, height }: Box, colour: string): void {
  context.strokeStyle = colour;
  context.strokeRect(x * scale, y * scale, width * scale, height * scale);
}

function stroke(context: Context, x1: number, y1: number, x2: number, y2: number): void {
  context.strokeStyle = colours.rule;
  context.beginPath();
  context.moveTo(x1 * scale, y1 * scale);
  context.lineTo(x2 * scale, y2 * scale);
  context.stroke();
}
