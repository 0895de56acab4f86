import { type Font, type Fonts, noFont } from './fonts.ts';
import type { Pdfium } from './pdfium.ts';
import type { Quarter } from './viewport.ts';

/** A text object of a page: characters that are painted alike, one after the other. */
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
  /** It only adds to the clipping path: what is painted later shows through it. */
  clips: boolean;
  /** The direction of its text, to the nearest quarter turn. */
  quarter: Quarter;
  /** The text runs in no direction of a quarter turn. */
  skewed: boolean;
  /** The direction of skewed text, counterclockwise, in radians: equal for objects that differ by rounding. */
  angle: number;
  /** Its size is in units of its font's own (Type 3). */
  hasOwnUnits: boolean;
  /** The direction of its text, and the size along it. */
  direction: { x: number; y: number; size: number };
  /** PDFium's handle of its font. */
  fontHandle: number;
}

/** Text render modes that neither fill nor stroke. */
const renderModes = { nothing: 3, clip: 7 };

/** Angle up to which text counts as upright, in radians: pages are scanned a little askew. */
const mostSkew = 0.12;

/** Difference between the angles of text that runs in one direction, in radians: programs round matrices. */
const sameAngle = 0.005;
/** Angles of a page that are compared, at most. */
const mostAngles = 100;

/** A type size that differs from the height of its characters by more than this factor is in units of the font's own. */
const ownUnits = 2.5;

/** Height of characters in sizes of the type, for such fonts. */
const typeHeight = 1.2;

/** Characters of an object whose heights are compared. */
const fewest = 8;

/** Reads the text objects of a page, each once. */
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

  /** `index` is that of its first character. */
  get(handle: number, index: number): TextObject {
    return this.#objects.get(handle) ?? this.#read(handle, index);
  }

  #read(handle: number, index: number): TextObject {
    const { api, numbers } = this.#pdfium;
    api.FPDFText_GetMatrix(this.#page, index, numbers);
    // A negative size turns the text by half a turn.
    const givenSize = api.FPDFText_GetFontSize(this.#page, index);
    const sign = givenSize < 0 ? -1 : 1;
    const at = (each: number) => sign * this.#pdfium.float(each);
    const [a, b, c, d] = [at(0), at(1), at(2), at(3)];
    const angle = this.#roundAngle(Math.atan2(b, a));
    const quarter = toQuarter(angle);
    const skewed = Math.abs(angle - Math.round(angle / (Math.PI / 2)) * (Math.PI / 2)) > mostSkew;
    const paint = this.#paintOf(handle);
    const mode = api.FPDFTextObj_GetTextRenderMode(handle);
    const fontHandle = api.FPDFTextObj_GetFont(handle);
    const font = this.#fonts.get(fontHandle);
    const fontSize = Math.abs(givenSize);
    const size = fontSize * Math.hypot(c, d);
    const height = font.name === '' ? this.#heightAt(index, handle) / typeHeight : 0;
    const hasOwnUnits = height > 0 && (size > ownUnits * height || size * ownUnits < height);
    const object: TextObject = {
      handle,
      font,
      // To a tenth of a point: sizes are compared.
      size: Math.round(10 * (hasOwnUnits ? height : size)) / 10,
      ...paint,
      invisible: mode === renderModes.nothing || mode === renderModes.clip,
      clips: mode === renderModes.clip,
      quarter,
      skewed,
      angle,
      hasOwnUnits,
      direction: {
        ...(skewed ? { x: Math.cos(angle), y: Math.sin(angle) } : axes[quarter]),
        size: fontSize * Math.hypot(a, b),
      },
      fontHandle,
    };
    this.#objects.set(handle, object);
    return object;
  }

  /** Returns the angle of an earlier object that is nearly the same. */
  #roundAngle(angle: number): number {
    const known = this.#angles.find((each) => Math.abs(each - angle) < sameAngle);
    if (known !== undefined) return known;
    if (this.#angles.length < mostAngles) this.#angles.push(angle);
    return angle;
  }

  /** The height of the highest of the first characters of an object. */
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
    const at = (each: number) => this.#pdfium.integer(each);
    return { colour: toColour(at(0), at(1), at(2)), opacity: at(3) / 255 };
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

function toQuarter(angle: number): Quarter {
  const quarters: Quarter[] = [0, 1, 2, 3];
  return quarters[(Math.round(angle / (Math.PI / 2)) + 4) % 4] ?? 0;
}

/** Such as "#805cfb". */
export function toColour(red: number, green: number, blue: number): string {
  return `#${((red << 16) | (green << 8) | blue).toString(16).padStart(6, '0')}`;
}
