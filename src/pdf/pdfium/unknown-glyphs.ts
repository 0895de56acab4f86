import type { Font } from './fonts.ts';

/** A character with its font. */
interface Character {
  text: string;
  object: { font: Font };
}

/** Thresholds of fonts that tell the codes of their glyphs instead of characters. */
export const unknownSettings = {
  /** Share of a font's glyphs that have no character, above which what looks like its letters are codes, too. */
  maxUnknown: 0.2,
  /**
   * Different codes of glyphs without a character, at least: fonts of ornaments have one or two beside real letters.
   */
  minCodes: 3,
};

/**
 * Returns what stands for a glyph that has no character: a control character, left out of text in the end. Those that
 * are white space would part words.
 */
export function unknownGlyph(code: number): string {
  const isWhite = code >= 0x09 && code <= 0x0d;
  return code < 0x20 && !isWhite ? String.fromCharCode(code) : '\u0001';
}

/** Reports whether a text stands for a glyph that has no character. */
export function isUnknown(text: string): boolean {
  return text <= '\u001f';
}

/**
 * Removes glyphs without a character of fonts whose other characters have a meaning. The rest tells `readableIn` which
 * fonts have none.
 */
export function withoutOrnaments<Found extends Character>(glyphs: Found[]): Found[] {
  const fonts = new Map<Font, { all: number; unknown: number; codes: Set<string> }>();
  let isAny = false;
  for (const { text, object } of glyphs) {
    if (!isUnknown(text)) continue;
    isAny = true;
    const { unknown = 0, codes = new Set<string>() } = fonts.get(object.font) ?? {};
    fonts.set(object.font, { all: 0, unknown: unknown + 1, codes: codes.add(text) });
  }
  if (!isAny) return glyphs;
  for (const { object } of glyphs) {
    const font = fonts.get(object.font);
    if (font !== undefined) font.all += 1;
  }
  const { maxUnknown, minCodes } = unknownSettings;
  return glyphs.filter(({ text, object }) => {
    const font = isUnknown(text) ? fonts.get(object.font) : undefined;
    return font === undefined || (font.codes.size >= minCodes && font.unknown > maxUnknown * font.all);
  });
}
