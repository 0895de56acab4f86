/** Characters that are not displayed: soft hyphens, joiners, marks of direction, variation selectors. */
const invisible = /\p{Default_Ignorable_Code_Point}/gu;

const iotaBelow = /[\u0345\u1f80-\u1ffc]/;

/** Variants of Cyrillic letters, U+1C80 to U+1C88, and the letters that share their capitals. */
const cyrillic = '\u0432\u0434\u043e\u0441\u0442\u0442\u044a\u0463\ua64b';

/**
 * Returns a text in the form in which names and words are compared: NFKC with full case folding, without invisible
 * characters. Equal to `pagehive_fold` of the migrations.
 */
export function foldText(text: string): string {
  let form = text.normalize('NFKC');
  if (iotaBelow.test(form)) form = form.normalize('NFD').replaceAll('\u0345', '\u03b9').normalize('NFC');
  return form
    .replace(invisible, '')
    .toLowerCase()
    .replaceAll('\u00df', 'ss')
    .replaceAll('\u03c2', '\u03c3')
    .replaceAll('\u0131', 'i')
    .replaceAll('i\u0307', 'i')
    .replace(/[\u1c80-\u1c88]/g, (letter) => cyrillic[letter.charCodeAt(0) - 0x1c80] ?? letter)
    .normalize('NFC');
}
