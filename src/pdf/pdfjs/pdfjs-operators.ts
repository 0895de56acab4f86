import { OPS, type PDFPageProxy, Util } from 'pdfjs-dist/legacy/build/pdf.mjs';
import type { Box } from '../model/box.ts';
import type { Rule, Rules, Shape } from '../model/drawing.ts';

type OperatorList = Awaited<ReturnType<PDFPageProxy['getOperatorList']>>;
type Matrix = number[];

/** A run of text as it is painted, without spaces. */
export interface Paint {
  text: string;
  /** Such as "#ffffff". */
  colour: string;
  /** Neither filled nor stroked. */
  invisible: boolean;
  /** Its approximate start. */
  x: number;
  y: number;
}

export interface Drawing {
  rules: Rules;
  shapes: Shape[];
  images: Box[];
  paints: Paint[];
}

/** Maximum strokes of a drawing. One with more is a picture, and its rules indicate no tables. */
const maxSegments = 50_000;

const paintsNothing = [3, 7];
const [moveTo, lineTo, curveTo, quadraticCurveTo, closePath] = [0, 1, 2, 3, 4];

/** Reads what a page draws besides its text, and how it paints the text. */
export function readDrawing(list: OperatorList, base: Matrix): Drawing {
  const reader = new DrawingReader(base);
  for (const [index, operator] of list.fnArray.entries()) {
    reader.read(operator, list.argsArray[index]);
  }
  return reader.drawing;
}

interface State {
  matrix: Matrix;
  colour: string;
  mode: number;
}

class DrawingReader {
  readonly drawing: Drawing = {
    rules: { horizontal: [], vertical: [] },
    shapes: [],
    images: [],
    paints: [],
  };
  readonly #stack: State[] = [];
  #state: State;
  #text: Matrix = [1, 0, 0, 1, 0, 0];
  #segments = 0;
  #last = 0;

  constructor(base: Matrix) {
    this.#state = { matrix: base, colour: '#000000', mode: 0 };
  }

  read(operator: number, args: unknown): void {
    const list: unknown[] = Array.isArray(args) ? args : [];
    switch (operator) {
      case OPS.save:
      case OPS.paintFormXObjectBegin:
        this.#stack.push({ ...this.#state });
        if (operator === OPS.paintFormXObjectBegin) this.#transform(list[0]);
        break;
      case OPS.restore:
      case OPS.paintFormXObjectEnd:
        // Large pictures are not decoded, because they are not shown. Only a matrix without a drawing after it remains
        // of one.
        if (this.#last === OPS.transform) this.#image(this.#state.matrix);
        this.#state = this.#stack.pop() ?? this.#state;
        break;
      case OPS.transform:
        this.#transform(list);
        break;
      case OPS.setTextRenderingMode:
        this.#state.mode = Number(list[0]);
        break;
      case OPS.beginText:
        this.#text = [1, 0, 0, 1, 0, 0];
        break;
      case OPS.setTextMatrix:
        if (isNumbers(list[0]) && list[0].length === 6) this.#text = [...list[0]];
        break;
      case OPS.moveText:
      case OPS.setLeadingMoveText:
        this.#text = Util.transform(this.#text, [1, 0, 0, 1, Number(list[0]), Number(list[1])]);
        break;
      case OPS.setFillRGBColor:
        this.#state.colour = String(list[0]);
        break;
      case OPS.showText:
        this.#show(list[0]);
        break;
      case OPS.paintImageXObject:
      case OPS.paintInlineImageXObject:
      case OPS.paintImageMaskXObject:
        this.#image(this.#state.matrix);
        break;
      case OPS.shadingFill:
        // A shading extends to the clipping path, which is not tracked here. Like a picture, it may be anywhere.
        this.drawing.images.push({ x: -1e6, y: -1e6, width: 2e6, height: 2e6 });
        break;
      case OPS.constructPath:
        this.#path(Number(list[0]), list[1]);
        break;
    }
    if (operator !== OPS.dependency) this.#last = operator;
  }

  #transform(matrix: unknown): void {
    if (isNumbers(matrix) && matrix.length === 6) {
      this.#state.matrix = Util.transform(this.#state.matrix, [...matrix]);
    }
  }

  #show(glyphs: unknown): void {
    const text = (Array.isArray(glyphs) ? glyphs : []).map(unicodeOf).join('').normalize('NFKC').replace(/\s+/g, '');
    if (text !== '') {
      const { colour, mode } = this.#state;
      const [, , , , x = 0, y = 0] = Util.transform(this.#state.matrix, this.#text).map(Number);
      this.drawing.paints.push({ text, colour, invisible: paintsNothing.includes(mode), x, y });
    }
  }

  /** Pictures fill the unit square. */
  #image([a = 1, b = 0, c = 0, d = 1, e = 0, f = 0]: Matrix): void {
    const xs = [e, e + a, e + c, e + a + c];
    const ys = [f, f + b, f + d, f + b + d];
    const [x, y] = [Math.min(...xs), Math.min(...ys)];
    this.drawing.images.push({ x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y });
  }

  #path(paint: number, parts: unknown): void {
    const isFill = paint === OPS.fill || paint === OPS.eoFill || paint === OPS.fillStroke || paint === OPS.eoFillStroke;
    const isStroke = paint === OPS.stroke || paint === OPS.closeStroke || paint === OPS.fillStroke;
    const [data] = Array.isArray(parts) ? parts : [];
    if (!(isFill || isStroke) || !isNumbers(data) || this.#segments > maxSegments) {
      return;
    }
    let [start, at]: [[number, number], [number, number]] = [
      [0, 0],
      [0, 0],
    ];
    let [x1, y1, x2, y2] = [Infinity, Infinity, -Infinity, -Infinity];
    let curved = false;
    const point = (index: number): [number, number] => {
      const [a = 1, b = 0, c = 0, d = 1, e = 0, f = 0] = this.#state.matrix;
      const [x, y] = [data[index] ?? 0, data[index + 1] ?? 0];
      return [a * x + c * y + e, b * x + d * y + f];
    };
    const reach = ([x, y]: [number, number]) => {
      [x1, y1, x2, y2] = [Math.min(x1, x), Math.min(y1, y), Math.max(x2, x), Math.max(y2, y)];
    };
    for (let index = 0; index < data.length; ) {
      const step = data[index];
      if (step === moveTo || step === lineTo) {
        const to = point(index + 1);
        if (step === lineTo) this.#segment(at, to);
        else start = to;
        at = to;
        reach(at);
        index += 3;
      } else if (step === curveTo || step === quadraticCurveTo) {
        curved = true;
        const length = step === curveTo ? 7 : 5;
        at = point(index + length - 2);
        reach(at);
        index += length;
      } else if (step === closePath) {
        this.#segment(at, start);
        at = start;
        index += 1;
      } else {
        return;
      }
    }
    if (isFill && x2 > x1) {
      const box = { x: x1, y: y1, width: x2 - x1, height: y2 - y1 };
      this.drawing.shapes.push({ ...box, colour: this.#state.colour, curved });
    }
  }

  #segment([x1, y1]: [number, number], [x2, y2]: [number, number]): void {
    this.#segments += 1;
    const { horizontal, vertical } = this.drawing.rules;
    if (Math.abs(y1 - y2) < 1) push(horizontal, y1, x1, x2);
    else if (Math.abs(x1 - x2) < 1) push(vertical, x1, y1, y2);
  }
}

function push(rules: Rule[], at: number, a: number, b: number): void {
  rules.push({ at, from: Math.min(a, b), to: Math.max(a, b) });
}

function unicodeOf(glyph: unknown): string {
  const isGlyph = typeof glyph === 'object' && glyph !== null && 'unicode' in glyph;
  return isGlyph && typeof glyph.unicode === 'string' ? glyph.unicode : '';
}

function isNumbers(value: unknown): value is ArrayLike<number> & Iterable<number> {
  return value instanceof Float32Array || (Array.isArray(value) && value.every((item) => typeof item === 'number'));
}
