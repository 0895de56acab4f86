import { readFont } from '../content/font-names.ts';
import { symbolReader } from '../content/symbols.ts';
import type { Pdfium } from './pdfium.ts';

/** What is known of a font. */
export interface Font {
  /** Its PostScript name; empty for fonts whose glyphs are drawings (Type 3). */
  name: string;
  bold: boolean;
  fixedWidth: boolean;
  embedded: boolean;
  /** PDFium knows how far its characters advance; otherwise it reports the box of their ink. */
  hasAdvances: boolean;
  /** What reads its characters, if it is a symbol font. */
  symbols: ((character: string) => string) | null;
}

/** The bit of a font's flags that asks for thicker strokes. */
const forceBold = 1 << 18;

/** The weight of a font that does not say one. */
const plainWeight = 400;

/** The fonts of one document, each read once: pages use the same ones. */
export class Fonts {
  readonly #pdfium: Pdfium;
  readonly #fonts = new Map<number, Font>();

  constructor(pdfium: Pdfium) {
    this.#pdfium = pdfium;
  }

  /** Returns the font of PDFium's handle; 0 stands for none. */
  get(handle: number): Font {
    const known = this.#fonts.get(handle);
    if (known !== undefined) return known;
    const font = handle === 0 ? noFont : this.#read(handle);
    this.#fonts.set(handle, font);
    return font;
  }

  #read(handle: number): Font {
    const { api } = this.#pdfium;
    const name = this.#pdfium.utf8((buffer, bytes) => api.FPDFFont_GetBaseFontName(handle, buffer, bytes));
    const bits = api.FPDFFont_GetFlags(handle);
    const weight = (bits & forceBold) === 0 ? api.FPDFFont_GetWeight(handle) : 700;
    const traits = readFont(name, weight > 0 ? weight : plainWeight);
    return {
      name,
      ...traits,
      embedded: api.FPDFFont_GetIsEmbedded(handle) === 1,
      hasAdvances: this.#ascentOf(handle) !== this.#descentOf(handle),
      symbols: symbolReader(name),
    };
  }

  #ascentOf(handle: number): number {
    const { api, numbers } = this.#pdfium;
    return api.FPDFFont_GetAscent(handle, 1000, numbers) === 1 ? this.#pdfium.float(0) : 0;
  }

  #descentOf(handle: number): number {
    const { api, numbers } = this.#pdfium;
    return api.FPDFFont_GetDescent(handle, 1000, numbers) === 1 ? this.#pdfium.float(0) : 0;
  }
}

/** The font of text without one. */
export const noFont: Font = {
  name: '',
  bold: false,
  fixedWidth: false,
  embedded: false,
  hasAdvances: true,
  symbols: null,
};
