/** Characters that only say how a letter looks at its place: ligatures, presentation forms, spaces of other widths. Not the forms of lone marks. */
const shaped =
  /[\u00a0\u2000-\u200a\u202f\u3000\ufb00-\ufc5d\ufc64-\ufdff\ufe71\ufe77\ufe79\ufe7b\ufe7d\ufe7f-\ufefc]+/g;

/** Characters without ink or meaning: joiners are left, as scripts need them. */
const zeroWidth = /[\u200b\u2060\ufeff]/g;

/** A soft hyphen is seen at the end of a line alone. */
const softHyphen = /\u00ad(?=\s*\S)/g;

/** Asked of all text: nearly all of it is plain. */
const isPlain = /^[\u0020-\u007e\u00a1-\u00ac\u00ae-\u02ff\u2010-\u202e\u2030-\u205f]*$/;

/** Returns a text as it is typed and searched for. */
export function plainText(text: string): string {
  if (isPlain.test(text)) return text;
  return text
    .replace(shaped, (found) => found.normalize('NFKC'))
    .replace(zeroWidth, '')
    .replace(softHyphen, '');
}
