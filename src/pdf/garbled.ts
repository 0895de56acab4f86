/** Characters without a meaning of their own: what fonts that don't say what their glyphs mean give. */
const meaningless = /[\p{Co}\p{Cn}\p{Cc}\ufffd]/gu;

/** How much of a text says nothing, from 0 to 1. */
export function garbledShare(texts: string[]): number {
  let [all, garbled] = [0, 0];
  for (const text of texts) {
    const written = text.replace(/\s+/g, '');
    all += written.length;
    garbled += written.match(meaningless)?.length ?? 0;
  }
  return all === 0 ? 0 : garbled / all;
}
