/** All control characters but tab, line feed, form feed and carriage return. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const controls = /[\u0000-\u0008\u000b\u000e-\u001f\u007f]/g;

/**
 * Text that every store takes and every terminal survives: without control characters, of which PostgreSQL refuses NUL,
 * and without lone surrogates, which are no valid UTF-8. Damaged fonts produce both.
 */
export function cleanText(text: string): string {
  return text.replace(controls, '').toWellFormed();
}

/** For facts that may be missing: null for what isn't text or holds nothing but spaces. */
export function cleanFact(value: unknown): string | null {
  if (typeof value !== 'string') {
    return null;
  }
  const text = cleanText(value).trim();
  return text === '' ? null : text;
}
