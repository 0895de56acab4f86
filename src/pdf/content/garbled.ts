/** Characters without a meaning, as fonts without a mapping to Unicode produce them. */
const meaningless = /[\p{Co}\p{Cn}\p{Cc}\ufffd]/gu;
const anyMeaningless = new RegExp(meaningless.source, 'u');

/** Nearly all text is plain, which this tells in a fraction of the time. */
const isPlain = /^[\u0020-\u007e\u00a0-\u024f\u2010-\u2027]*$/;

function hasMeaningless(text: string): boolean {
  return !isPlain.test(text) && anyMeaningless.test(text);
}

/** Above this share of meaningless characters, a page is garbled. */
export const maxGarbled = 0.1;

/** Returns the share of meaningless characters, from 0 to 1. */
export function garbledShare(texts: string[]): number {
  // A fast path: nearly all text is clean, and callers check it piece by piece.
  if (!texts.some(hasMeaningless)) {
    return 0;
  }
  let [all, garbled] = [0, 0];
  for (const text of texts) {
    const written = text.replace(/\s+/g, '');
    all += written.length;
    garbled += written.match(meaningless)?.length ?? 0;
  }
  return all === 0 ? 0 : garbled / all;
}

/** Characters that no font uses for a letter or symbol. */
const neverMeant = /[\p{Cn}\p{Cc}\ufffd]/gu;
/** Above this share of such characters, a font exposes glyph codes. Even those that look like letters are wrong. */
const maxOfFont = 0.2;

/** Returns a function that decides which texts of a page are readable. */
export function readableIn(
  pieces: { text: string; font: string | null }[],
): (piece: { text: string; font: string | null }) => boolean {
  const fonts = pieces.some(({ text }) => hasMeaningless(text)) ? garbledFonts(pieces) : null;
  return ({ text, font }) => garbledShare([text]) <= 0.5 && !(font !== null && fonts?.has(font));
}

function garbledFonts(pieces: { text: string; font: string | null }[]): Set<string> {
  const fonts = new Map<string, { all: number; garbled: number }>();
  for (const { text, font } of pieces) {
    const count = fonts.get(font ?? '') ?? { all: 0, garbled: 0 };
    // Some fonts have two bytes per letter, and the first one means nothing to an engine that expects one.
    const written = text.replace(/\s+/g, '').replaceAll('\0', '');
    count.all += written.length;
    count.garbled += written.match(neverMeant)?.length ?? 0;
    fonts.set(font ?? '', count);
  }
  return new Set([...fonts].filter(([, { all, garbled }]) => garbled > maxOfFont * all).map(([font]) => font));
}
