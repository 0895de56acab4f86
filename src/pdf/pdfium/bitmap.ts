import type { Box, Size } from '../model/box.ts';
import type { Pdfium } from './pdfium.ts';

/** Blue, green, red and an unused byte for each pixel. */
const format = 3;
const white = 0xffffffff;

/** Options of drawing: annotations too, and for speed without the hints for LCD screens. */
const withAnnotations = 0x01;

/** A picture of a page in PDFium's memory. */
export class Bitmap implements Disposable {
  readonly width: number;
  readonly height: number;
  readonly #pdfium: Pdfium;
  readonly #handle: number;

  /** Throws `BitmapError` where there is no memory for it. */
  constructor(pdfium: Pdfium, { width, height }: Size) {
    this.#pdfium = pdfium;
    this.width = width;
    this.height = height;
    this.#handle = pdfium.api.FPDFBitmap_CreateEx(width, height, format, 0, 0);
    if (this.#handle === 0) throw new BitmapError();
    pdfium.api.FPDFBitmap_FillRect(this.#handle, 0, 0, width, height, white);
  }

  /** Draws a page as it is displayed, over the whole picture. A larger `place` shows only part of the page. */
  draw(page: number, { x, y, width, height }: Box = { x: 0, y: 0, width: this.width, height: this.height }): void {
    this.#pdfium.api.FPDF_RenderPageBitmap(this.#handle, page, x, y, width, height, 0, withAnnotations);
  }

  /** The pixels, four bytes each, as long as PDFium's memory does not grow. */
  get pixels(): Uint8Array {
    const { api, bytes } = this.#pdfium;
    const at = api.FPDFBitmap_GetBuffer(this.#handle);
    return bytes.subarray(at, at + api.FPDFBitmap_GetStride(this.#handle) * this.height);
  }

  [Symbol.dispose](): void {
    if (this.#pdfium.alive) this.#pdfium.api.FPDFBitmap_Destroy(this.#handle);
  }
}

/** There is no memory for a picture of that size. */
export class BitmapError extends Error {
  constructor() {
    super('there is no memory for the picture of a page');
    this.name = 'BitmapError';
  }
}
