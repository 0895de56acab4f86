/** All control characters except tab, line feed, form feed and carriage return. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const controls = /[\u0000-\u0008\u000b\u000e-\u001f\u007f]/g;

/**
 * Returns a text that every store accepts and every terminal can display: without control characters, of which
 * PostgreSQL refuses NUL, and without lone surrogates, which are invalid in UTF-8. Damaged fonts produce both.
 */
export function cleanText(text: string): string {
  return text.replace(controls, '').toWellFormed();
}

/** Cleans an optional fact; null if it is not a text or is blank. */
export function cleanFact(value: unknown): string | null {
  if (typeof value !== 'string') {
    return null;
  }
  const text = cleanText(value).trim();
  return text === '' ? null : text;
}
