/** Characters without a meaning of their own: what fonts that don't say what their glyphs mean give. */
const meaningless = /[\p{Co}\p{Cn}\p{Cc}\ufffd]/gu;
const hasMeaningless = new RegExp(meaningless.source, 'u');

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
