import { type Font, type Fonts, noFont } from './fonts.ts';
import type { Pdfium } from './pdfium.ts';
import type { Quarter } from './viewport.ts';

/** A text object of a page: consecutive characters painted in the same way. */
export interface TextObject {
  handle: number;
  font: Font;
  /** Type size on the page, in points. */
  size: number;
  /** Such as "#ffffff"; null for patterns. */
  colour: string | null;
  /** Opacity of its fill, from 0 to 1. */
  opacity: number;
  /** Neither filled nor stroked. */
  invisible: boolean;
  /** It only adds to the clipping path: later objects show through it. */
  clips: boolean;
  /** The direction of its text, to the nearest quarter turn. */
  quarter: Quarter;
  /** Whether the text runs in none of the four directions of quarter turns. */
  skewed: boolean;
  /** The direction of skewed text, counterclockwise, in radians: equal for objects that differ by rounding. */
  angle: number;
  /** Its size is in units of its font (Type 3). */
  hasOwnUnits: boolean;
  /** The direction of its text, and the size along it. */
  direction: { x: number; y: number; size: number };
  /** PDFium's handle of its font. */
  fontHandle: number;
}

/** Text render modes that neither fill nor stroke. */
const renderModes = { nothing: 3, clip: 7 };

/** Maximum angle of upright text, in radians: pages are often scanned slightly askew. */
const maxSkew = 0.12;

/** Maximum difference between angles that count as equal, in radians: programs round matrices. */
const sameAngle = 0.005;
/** Maximum angles of a page that are compared. */
const maxAngles = 100;

/** If a type size differs from the height of its characters by more than this factor, it is in units of the font. */
const ownUnits = 2.5;

/** Height of characters in type sizes, for such fonts. */
const typeHeight = 1.2;

/** Number of characters of an object whose heights are compared. */
const fewest = 8;

/** Reads the text objects of a page, each one once. */
export class TextObjects {
  readonly #pdfium: Pdfium;
  readonly #page: number;
  readonly #fonts: Fonts;
  readonly #objects = new Map<number, TextObject>();
  readonly #angles: number[] = [0];

  constructor(pdfium: Pdfium, textPage: number, fonts: Fonts) {
    this.#pdfium = pdfium;
    this.#page = textPage;
    this.#fonts = fonts;
  }

  /** Returns a text object; `index` is the index of its first character. */
  get(handle: number, index: number): TextObject {
    return this.#objects.get(handle) ?? this.#read(handle, index);
  }

  #read(handle: number, index: number): TextObject {
    const { api, numbers } = this.#pdfium;
    api.FPDFText_GetMatrix(this.#page, index, numbers);
    // A negative size rotates the text by half a turn.
    const givenSize = api.FPDFText_GetFontSize(this.#page, index);
    const sign = givenSize < 0 ? -1 : 1;
    const [a, b] = [sign * this.#pdfium.float(0), sign * this.#pdfium.float(1)];
    const [c, d] = [sign * this.#pdfium.float(2), sign * this.#pdfium.float(3)];
    const angle = this.#roundAngle(Math.atan2(b, a));
    const quarter = toQuarter(angle);
    const skewed = Math.abs(angle - Math.round(angle / (Math.PI / 2)) * (Math.PI / 2)) > maxSkew;
    const { colour, opacity } = this.#paintOf(handle);
    const mode = api.FPDFTextObj_GetTextRenderMode(handle);
    const fontHandle = api.FPDFTextObj_GetFont(handle);
    const font = this.#fonts.get(fontHandle);
    const fontSize = Math.abs(givenSize);
    const size = fontSize * Math.hypot(c, d);
    const height = font.name === '' ? this.#heightAt(index, handle) / typeHeight : 0;
    const hasOwnUnits = height > 0 && (size > ownUnits * height || size * ownUnits < height);
    const { x, y } = skewed ? { x: Math.cos(angle), y: Math.sin(angle) } : axes[quarter];
    const object: TextObject = {
      handle,
      font,
      // Rounded to a tenth of a point, because sizes are compared.
      size: Math.round(10 * (hasOwnUnits ? height : size)) / 10,
      colour,
      opacity,
      invisible: mode === renderModes.nothing || mode === renderModes.clip,
      clips: mode === renderModes.clip,
      quarter,
      skewed,
      angle,
      hasOwnUnits,
      direction: { x, y, size: fontSize * Math.hypot(a, b) },
      fontHandle,
    };
    this.#objects.set(handle, object);
    return object;
  }

  /** Returns the nearly equal angle of an earlier object, if any, so that equal directions compare as equal. */
  #roundAngle(angle: number): number {
    for (const known of this.#angles) {
      if (Math.abs(known - angle) < sameAngle) return known;
    }
    if (this.#angles.length < maxAngles) this.#angles.push(angle);
    return angle;
  }

  /** Returns the height of the tallest of the first characters of an object. */
  #heightAt(index: number, object: number): number {
    const { api } = this.#pdfium;
    let highest = 0;
    for (let each = index; each < index + fewest; each += 1) {
      if (api.FPDFText_GetTextObject(this.#page, each) !== object) break;
      api.FPDFText_GetLooseCharBox(this.#page, each, this.#pdfium.numbers);
      highest = Math.max(highest, Math.abs(this.#pdfium.float(1) - this.#pdfium.float(3)));
    }
    return highest;
  }

  #paintOf(handle: number): { colour: string | null; opacity: number } {
    const { api, numbers } = this.#pdfium;
    const isPlain = api.FPDFPageObj_GetFillColor(handle, numbers, numbers + 4, numbers + 8, numbers + 12) === 1;
    if (!isPlain) return { colour: null, opacity: 1 };
    const colour = toColour(this.#pdfium.integer(0), this.#pdfium.integer(1), this.#pdfium.integer(2));
    return { colour, opacity: this.#pdfium.integer(3) / 255 };
  }
}

const axes: Record<Quarter, { x: number; y: number }> = {
  0: { x: 1, y: 0 },
  1: { x: 0, y: 1 },
  2: { x: -1, y: 0 },
  3: { x: 0, y: -1 },
};

export const noObject: TextObject = {
  handle: 0,
  font: noFont,
  size: 0,
  colour: null,
  opacity: 1,
  invisible: false,
  clips: false,
  quarter: 0,
  skewed: false,
  angle: 0,
  hasOwnUnits: false,
  direction: { ...axes[0], size: 0 },
  fontHandle: 0,
};

const quarters: Quarter[] = [0, 1, 2, 3];

function toQuarter(angle: number): Quarter {
  return quarters[(Math.round(angle / (Math.PI / 2)) + 4) % 4] ?? 0;
}

/** Such as "#805cfb". */
export function toColour(red: number, green: number, blue: number): string {
  return `#${((red << 16) | (green << 8) | blue).toString(16).padStart(6, '0')}`;
}
