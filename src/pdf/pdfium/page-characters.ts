import type { Pdfium } from './pdfium.ts';

/** How PDFium keeps the characters of a text page: in blocks of records. All offsets are in bytes. */
const page = { blocks: 20, first: 32, count: 36 };
const block = { records: 51 };
const record = { bytes: 80, unicode: 4, x: 12, y: 16, right: 44, object: 76 };

/**
 * The characters of a text page, read from PDFium's memory: its functions take four calls for each character, a tenth
 * of the time of a page. The version of PDFium is pinned; `count` is compared with its own to notice another layout.
 */
export class PageCharacters {
  readonly count: number;
  readonly #pdfium: Pdfium;
  readonly #blocks: number;
  readonly #first: number;
  /** Place of the current record, in words of four bytes. */
  #at = 0;

  constructor(pdfium: Pdfium, textPage: number) {
    this.#pdfium = pdfium;
    this.count = Math.max(0, pdfium.api.FPDFText_CountChars(textPage));
    const { integers } = pdfium;
    this.#blocks = (integers[(textPage + page.blocks) / 4] ?? 0) / 4;
    this.#first = integers[(textPage + page.first) / 4] ?? 0;
    const isKnown = textPage === 0 || integers[(textPage + page.count) / 4] === this.count;
    if (!isKnown) throw new TypeError('This build of PDFium keeps characters in another way than the pinned one.');
  }

  /** Moves to a character. */
  move(index: number): void {
    const place = this.#first + index;
    const at = this.#pdfium.integers[this.#blocks + Math.floor(place / block.records)] ?? 0;
    this.#at = (at + (place % block.records) * record.bytes) / 4;
  }

  get unicode(): number {
    return this.#pdfium.integers[this.#at + record.unicode / 4] ?? 0;
  }

  /** The text object; 0 for spaces and line breaks that PDFium inferred. */
  get object(): number {
    return this.#pdfium.integers[this.#at + record.object / 4] ?? 0;
  }

  /** The origin of the character on the page. */
  get x(): number {
    return this.#pdfium.floats[this.#at + record.x / 4] ?? 0;
  }

  get y(): number {
    return this.#pdfium.floats[this.#at + record.y / 4] ?? 0;
  }

  /** The right edge of the box that the character takes in its line. */
  get right(): number {
    return this.#pdfium.floats[this.#at + record.right / 4] ?? 0;
  }
}
