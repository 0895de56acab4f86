/**
 * Characters that only encode the appearance of letters: ligatures, presentation forms, spaces of other widths.
 * Excludes the forms of isolated marks.
 */
const shaped =
  /[\u00a0\u2000-\u200a\u202f\u3000\ufb00-\ufc5d\ufc64-\ufdff\ufe71\ufe77\ufe79\ufe7b\ufe7d\ufe7f-\ufefc]+/g;

/** Invisible characters without a meaning. Joiners are kept, because scripts need them. */
const zeroWidth = /[\u200b\u2060\ufeff]/g;

/** A soft hyphen is visible only at the end of a line. */
const softHyphen = /\u00ad(?=\s*\S)/g;

/** A fast path: nearly all text is plain. */
const isPlain = /^[\u0020-\u007e\u00a1-\u00ac\u00ae-\u02ff\u2010-\u202e\u2030-\u205f]*$/;

/** Returns a text in the form in which people type and search it. */
export function plainText(text: string): string {
  if (isPlain.test(text)) return text;
  return text
    .replace(shaped, (found) => found.normalize('NFKC'))
    .replace(zeroWidth, '')
    .replace(softHyphen, '');
}
