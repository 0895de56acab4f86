import type { Random } from '../../scripts/fixtures/random.ts';
import type { Pdf } from '../../scripts/fixtures/render.ts';
import { Goods } from './goods.ts';
import type { Locale } from './money.ts';

/** What is right about a document. */
export interface Truth {
  /** Rows of tables: their filled cells from left to right. */
  rows: string[][];
  /** Labels, each with the value that belongs to it. */
  pairs: [label: string, value: string][];
  /** Lines that are read one after the other, with nothing between them. */
  blocks: string[][];
}

export type Align = 'left' | 'right' | 'centre';

export interface Type {
  bold?: boolean;
  size?: number;
  align?: Align;
  colour?: string;
}

const fonts = {
  Helvetica: ['Helvetica', 'Helvetica-Bold'],
  Times: ['Times-Roman', 'Times-Bold'],
  Courier: ['Courier', 'Courier-Bold'],
} as const;

export type Family = keyof typeof fonts;

export interface SheetStyle {
  locale: Locale;
  family: Family;
  /** Size of the text, in points. */
  size: number;
}

/** A document on which a layout draws, and the truth about it. */
export class Sheet {
  readonly truth: Truth = { rows: [], pairs: [], blocks: [] };
  readonly goods: Goods;
  readonly doc: Pdf;
  readonly random: Random;
  readonly locale: Locale;
  /** Size of the text, in points. */
  readonly size: number;
  readonly #family: Family;

  constructor(doc: Pdf, random: Random, { locale, family, size }: SheetStyle) {
    this.doc = doc;
    this.random = random;
    this.locale = locale;
    this.size = size;
    this.#family = family;
    this.goods = new Goods(random);
  }

  /** Writes one line; `x` is its left edge, its right edge or its middle. */
  put(
    text: string,
    x: number,
    y: number,
    { bold = false, size = this.size, align = 'left', colour = '#000' }: Type = {},
  ): void {
    this.doc
      .font(fonts[this.#family][bold ? 1 : 0])
      .fontSize(size)
      .fillColor(colour);
    const width = this.doc.widthOfString(text);
    const from = { left: x, right: x - width, centre: x - width / 2 }[align];
    this.doc.text(text, from, y, { lineBreak: false });
  }

  /** Writes lines one below the other, which belong together. */
  block(lines: string[], x: number, y: number, type: Type = {}): number {
    const step = 1.25 * (type.size ?? this.size);
    for (const [index, line] of lines.entries()) this.put(line, x, y + index * step, type);
    this.truth.blocks.push(lines);
    return y + lines.length * step;
  }

  /** Writes a label and, at `to`, its value. */
  pair(label: string, value: string, x: number, to: number, y: number, type: Type = {}): void {
    this.put(label, x, y, { ...type, align: 'left' });
    this.put(value, to, y, type);
    this.truth.pairs.push([label, value]);
  }

  rule(x1: number, y1: number, x2: number, y2: number, width = 0.6): void {
    this.doc.moveTo(x1, y1).lineTo(x2, y2).lineWidth(width).strokeColor('#333').stroke();
  }

  box(x: number, y: number, width: number, height: number): void {
    this.doc.rect(x, y, width, height).lineWidth(0.6).strokeColor('#333').stroke();
  }

  shade(x: number, y: number, width: number, height: number, colour = '#e8e8e8'): void {
    this.doc.rect(x, y, width, height).fill(colour);
  }

  page(): void {
    this.doc.addPage({ size: 'A4', margin: 0 });
  }
}
