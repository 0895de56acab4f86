import type { Align, Sheet } from './sheet.ts';

export interface Column {
  head: string;
  x: number;
  width: number;
  align: Align;
}

export interface ItemsStyle {
  /** Where lines are drawn: nowhere, around the head, between rows as well, or around each cell. */
  rules: 'none' | 'head' | 'rows' | 'columns' | 'grid';
  boldHead: boolean;
  shadedHead: boolean;
  /** Every other row is shaded. */
  zebra: boolean;
  /** Space between the lines of two rows, in sizes of the type. */
  gap: number;
  /** Size of the second and later lines of a cell, in sizes of the type. */
  detailSize: number;
}

export const plainStyle: ItemsStyle = {
  rules: 'none',
  boldHead: true,
  shadedHead: false,
  zebra: false,
  gap: 0.7,
  detailSize: 1,
};

/** Draws a table. A cell has several lines if its text has line ends. Returns where it ends. */
export function drawItems(
  sheet: Sheet,
  columns: Column[],
  rows: string[][],
  y: number,
  more: Partial<ItemsStyle> = {},
): number {
  const style = { ...plainStyle, ...more };
  const [left, end] = extent(columns);
  const edges = [y];
  let at = y;
  const all = columns.some(({ head }) => head !== '') ? [columns.map(({ head }) => head), ...rows] : rows;
  for (const [index, row] of all.entries()) {
    const isHead = index === 0 && all !== rows;
    const height = heightOf(sheet, row, style);
    if ((isHead && style.shadedHead) || (style.zebra && index % 2 === 0 && !isHead)) {
      sheet.shade(left, at, end - left, height, isHead ? '#d0d8e4' : '#f0f0f0');
    }
    drawRow(sheet, columns, row, at + (style.gap * sheet.size) / 2, isHead && style.boldHead, style);
    at += height;
    edges.push(at);
    sheet.truth.rows.push(row.filter((text) => text !== '').map((text) => text.replaceAll('\n', ' ')));
  }
  drawRules(sheet, columns, edges, style);
  return at;
}

function extent(columns: Column[]): [number, number] {
  const last = columns.at(-1);
  return [columns[0]?.x ?? 0, last === undefined ? 0 : last.x + last.width];
}

function heightOf(sheet: Sheet, row: string[], { gap, detailSize }: ItemsStyle): number {
  const lines = Math.max(...row.map((text) => text.split('\n').length));
  return sheet.size * (1.15 + gap + (lines - 1) * 1.15 * detailSize);
}

function drawRow(sheet: Sheet, columns: Column[], row: string[], y: number, bold: boolean, style: ItemsStyle): void {
  const pad = 4;
  for (const [index, { x, width, align }] of columns.entries()) {
    const at = { left: x + pad, right: x + width - pad, centre: x + width / 2 }[align];
    for (const [line, text] of (row[index] ?? '').split('\n').entries()) {
      const size = line === 0 ? sheet.size : sheet.size * style.detailSize;
      if (text !== '') sheet.put(text, at, y + line * 1.15 * sheet.size, { bold, size, align });
    }
  }
}

function drawRules(sheet: Sheet, columns: Column[], edges: number[], { rules }: ItemsStyle): void {
  const [left, end] = extent(columns);
  const [first = 0, second = 0] = edges;
  const last = edges.at(-1) ?? 0;
  const across = { none: [], head: [first, second], rows: edges, columns: [first, second, last], grid: edges }[rules];
  for (const y of across) sheet.rule(left, y, end, y);
  if (rules !== 'grid' && rules !== 'columns') return;
  for (const x of [...columns.map(({ x }) => x), end]) sheet.rule(x, first, x, last);
}

/** Columns side by side from `x` on. */
export function columnsFrom(x: number, columns: [head: string, width: number, align: Align][]): Column[] {
  let at = x;
  return columns.map(([head, width, align]) => {
    const column = { head, x: at, width, align };
    at += width;
    return column;
  });
}
