/** Characters without a meaning of their own: what fonts that don't say what their glyphs mean give. */
const meaningless = /[\p{Co}\p{Cn}\p{Cc}\ufffd]/gu;
const hasMeaningless = new RegExp(meaningless.source, 'u');

/** Above this share of characters without meaning, a page is garbled. */
export const mostGarbled = 0.1;

/** How much of a text says nothing, from 0 to 1. */
export function garbledShare(texts: string[]): number {
  // Nearly all text is clean, and asked about piece by piece.
  if (!texts.some((text) => hasMeaningless.test(text))) {
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

/** What no font has for a letter, nor for a sign of its own. */
const neverMeant = /[\p{Cn}\p{Cc}\ufffd]/gu;
/** A font more of whose characters are such than this tells the codes of its glyphs: those that look like letters mean others. */
const mostOfFont = 0.2;

/** Tells which texts of a page can be read. */
export function readableIn(
  pieces: { text: string; font: string | null }[],
): (piece: { text: string; font: string | null }) => boolean {
  const fonts = pieces.some(({ text }) => hasMeaningless.test(text)) ? garbledFonts(pieces) : null;
  return ({ text, font }) => garbledShare([text]) <= 0.5 && !(font !== null && fonts?.has(font));
}

function garbledFonts(pieces: { text: string; font: string | null }[]): Set<string> {
  const fonts = new Map<string, { all: number; garbled: number }>();
  for (const { text, font } of pieces) {
    const count = fonts.get(font ?? '') ?? { all: 0, garbled: 0 };
    // Some write each letter as two bytes, the first of which is nothing to a font with codes of one.
    const written = text.replace(/\s+/g, '').replaceAll('\0', '');
    count.all += written.length;
    count.garbled += written.match(neverMeant)?.length ?? 0;
    fonts.set(font ?? '', count);
  }
  return new Set([...fonts].filter(([, { all, garbled }]) => garbled > mostOfFont * all).map(([font]) => font));
}
