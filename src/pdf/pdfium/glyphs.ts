import type { Fonts } from './fonts.ts';
import { PageCharacters } from './page-characters.ts';
import type { Pdfium } from './pdfium.ts';
import { noObject, type TextObject, TextObjects } from './text-objects.ts';
import { isUnknown, unknownGlyph, withoutOrnaments } from './unknown-glyphs.ts';
import type { Bounds } from './viewport.ts';

/** A character on the page. Places are along the direction of its text, and across it, upwards. */
export interface Glyph {
  text: string;
  object: TextObject;
  /** Where it begins and where the next one would begin. */
  from: number;
  to: number;
  baseline: number;
  /** Where its ink is, on text that runs in no direction of a quarter turn. */
  ink: Bounds | null;
}

export interface PageGlyphs {
  glyphs: Glyph[];
  /** Share of the characters whose meaning PDFium does not know, from 0 to 1. */
  unmapped: number;
  hasIdeographs: boolean;
  /** The page has ideographs that PDFium's character tables lack: it takes their glyph numbers for characters. */
  hasUnknownIdeographs: boolean;
}

/** Space on the right of a character's ink that belongs to it, in sizes of the type. */
const sideBearing = 0.05;

/**
 * Every nth character is asked whether PDFium knows its meaning: it says so for right ones, too, so the share is only a
 * hint.
 */
const sampled = 8;
/** A page with fewer characters is asked about all of them. */
const fewCharacters = 400;

/** The code that PDFium gives for a hyphen at the end of a line, and for glyphs that it cannot map. */
const hyphen = 2;

/** How far the width of a character may reach over the next one of its object, in sizes of the type. */
const maxOverlap = 0.5;

/**
 * Repeated characters that PDFium drops are restored up to this number, if a gap is as wide as that many of them to
 * within a share.
 */
const [maxRepeated, sameWidth] = [4, 0.04];

/**
 * Reads the characters of a page with how they are painted. Spaces that PDFium infers are left out: they are inferred
 * later.
 */
export function readGlyphs(pdfium: Pdfium, textPage: number, fonts: Fonts): PageGlyphs {
  return new GlyphReader(pdfium, textPage, fonts).read();
}

class GlyphReader {
  readonly #pdfium: Pdfium;
  readonly #page: number;
  readonly #characters: PageCharacters;
  readonly #objects: TextObjects;
  readonly #glyphs: Glyph[] = [];
  #hasUnknown = false;

  constructor(pdfium: Pdfium, textPage: number, fonts: Fonts) {
    this.#pdfium = pdfium;
    this.#page = textPage;
    this.#characters = new PageCharacters(pdfium, textPage);
    this.#objects = new TextObjects(pdfium, textPage, fonts);
  }

  read(): PageGlyphs {
    const { api } = this.#pdfium;
    const { count } = this.#characters;
    const step = count < fewCharacters ? 1 : sampled;
    let [handle, current, asked, unsure] = [0, noObject, 0, 0];
    let [hasIdeographs, hasUnknownIdeographs] = [false, false];
    for (let index = 0; index < count; index += 1) {
      this.#characters.move(index);
      const { object } = this.#characters;
      // Without an object it is a space or a line break that PDFium inferred.
      if (object === 0) continue;
      if (object !== handle) {
        handle = object;
        current = this.#objects.get(object, index);
      }
      const text = this.#textAt(index, current);
      if (index % step === 0 && !isUnknown(text)) {
        asked += 1;
        unsure += api.FPDFText_HasUnicodeMapError(this.#page, index) === 1 ? 1 : 0;
      }
      if (isIdeograph(text)) {
        hasIdeographs = true;
        hasUnknownIdeographs ||= api.FPDFText_HasUnicodeMapError(this.#page, index) === 1;
      }
      this.#add(index, text, current);
    }
    const glyphs = withoutOrnaments(this.#glyphs);
    const unknown = this.#hasUnknown ? glyphs.filter(({ text }) => isUnknown(text)).length : 0;
    const unmapped = Math.max(unsure / Math.max(1, asked), unknown / Math.max(1, glyphs.length));
    return { glyphs, unmapped, hasIdeographs, hasUnknownIdeographs };
  }

  #textAt(index: number, { font }: TextObject): string {
    const { api } = this.#pdfium;
    const code = this.#characters.unicode;
    if (code > 0x20 && code < 0x7f && font.symbols === null) return String.fromCharCode(code);
    if (code === hyphen && api.FPDFText_IsHyphen(this.#page, index) === 1) return '-';
    if (code < 0x20 || code > 0x10ffff) {
      this.#hasUnknown = true;
      return unknownGlyph(code);
    }
    const character = String.fromCodePoint(code);
    return font.symbols === null ? character : font.symbols(character);
  }

  #add(index: number, text: string, object: TextObject): void {
    const { x, y } = this.#characters;
    if (object.quarter !== 0 || object.skewed) {
      this.#addTurned(index, text, object, x, y);
      return;
    }
    const { right } = this.#characters;
    const to = Math.max(x, object.font.hasAdvances ? right : right + sideBearing * object.size);
    if (object.hasOwnUnits) this.#restoreRepeated(x, object);
    this.#endBefore(x, y, object);
    this.#glyphs.push({ text, object, from: x, to, baseline: y, ink: null });
  }

  /**
   * Ends the last character where the next one begins, if its font states far too large a width: within an object the
   * pen has moved on.
   */
  #endBefore(x: number, y: number, object: TextObject): void {
    const last = this.#glyphs.at(-1);
    if (last === undefined || last.object !== object || last.baseline !== y || x <= last.from) return;
    if (last.to - x > maxOverlap * object.size) last.to = x;
  }

  /**
   * PDFium takes a character that comes again within a fraction of the type size for one that was painted twice. Where
   * the size is in units of the font's own, that fraction is as wide as letters: "will" becomes "wil", and leaves a
   * gap.
   */
  #restoreRepeated(from: number, object: TextObject): void {
    const last = this.#glyphs.at(-1);
    if (last === undefined || last.object !== object || last.text === ' ') return;
    const width = last.to - last.from;
    const times = (from - last.to) / width;
    const missing = Math.round(times);
    if (missing < 1 || missing > maxRepeated || Math.abs(times - missing) > sameWidth * missing) return;
    for (let each = 1; each <= missing; each += 1) {
      this.#glyphs.push({ ...last, from: last.from + each * width, to: last.to + each * width });
    }
  }

  /** PDFium reports how far a character advances on upright text only; on other text its font tells, or its ink. */
  #addTurned(index: number, text: string, object: TextObject, x: number, y: number): void {
    const { direction } = object;
    const from = x * direction.x + y * direction.y;
    const baseline = y * direction.x - x * direction.y;
    const ink = this.#inkAt(index);
    const reach = Math.max(...cornersOf(ink).map((corner) => corner.x * direction.x + corner.y * direction.y));
    const advance = this.#advanceOf(text, object);
    const to = advance > 0 ? from + advance : Math.max(from, reach + sideBearing * object.size);
    this.#glyphs.push({ text, object, from, to, baseline, ink: object.skewed ? ink : null });
  }

  #advanceOf(text: string, { fontHandle, direction }: TextObject): number {
    const { api, numbers } = this.#pdfium;
    const code = text.codePointAt(0) ?? 0;
    return api.FPDFFont_GetGlyphWidth(fontHandle, code, direction.size, numbers) === 1 ? this.#pdfium.float(0) : 0;
  }

  #inkAt(index: number): Bounds {
    const { api, numbers } = this.#pdfium;
    api.FPDFText_GetCharBox(this.#page, index, numbers, numbers + 8, numbers + 16, numbers + 24);
    const at = (each: number) => this.#pdfium.double(each);
    return { left: at(0), right: at(1), bottom: at(2), top: at(3) };
  }
}

/** Ideographs of the basic plane. */
function isIdeograph(text: string): boolean {
  return text >= '\u3400' && text <= '\u9fff';
}

function cornersOf({ left, right, bottom, top }: Bounds): { x: number; y: number }[] {
  return [left, right].flatMap((x) => [bottom, top].map((y) => ({ x, y })));
}
