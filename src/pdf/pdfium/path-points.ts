import { type Matrix, mapPoint } from './matrix.ts';
import type { Pdfium } from './pdfium.ts';

export type Point = [x: number, y: number];

/**
 * A point in PDFium's memory: two 32-bit floats, then a byte for its kind and one that tells whether it closes a
 * figure.
 */
const layout = { bytes: 12, kind: 8, closes: 9 };

/**
 * The points of a path, read from PDFium's memory: drawings have hundreds of thousands, and its functions take four
 * calls for each. Valid until the next call of PDFium, which may grow that memory.
 */
export class PathPoints {
  readonly #floats: Float32Array;
  readonly #bytes: Uint8Array;
  readonly #first: number;
  readonly #matrix: Matrix;

  /** `first` is PDFium's handle of the first segment. The points are mapped by `matrix`. */
  constructor({ floats, bytes }: Pdfium, first: number, matrix: Matrix) {
    this.#floats = floats;
    this.#bytes = bytes;
    this.#first = first;
    this.#matrix = matrix;
  }

  at(index: number): Point {
    const float = (this.#first + index * layout.bytes) / 4;
    return mapPoint(this.#matrix, this.#floats[float] ?? 0, this.#floats[float + 1] ?? 0);
  }

  /** The kind of the segment that ends here, as PDFium counts kinds. */
  kind(index: number): number {
    return this.#bytes[this.#first + index * layout.bytes + layout.kind] ?? 0;
  }

  closes(index: number): boolean {
    return this.#bytes[this.#first + index * layout.bytes + layout.closes] === 1;
  }
}
