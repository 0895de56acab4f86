/**
 * Text that every store takes: without NUL, which PostgreSQL refuses in text, and without lone surrogates, which are no
 * valid UTF-8. Damaged fonts produce both.
 */
export function cleanText(text: string): string {
  return text.replaceAll('\0', '').toWellFormed();
}

/** For facts that may be missing: null for what isn't text or holds nothing but spaces. */
export function cleanFact(value: unknown): string | null {
  if (typeof value !== 'string') {
    return null;
  }
  const text = cleanText(value).trim();
  return text === '' ? null : text;
}
