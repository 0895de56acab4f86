/** Maximum length of a text that is searched. */
const longest = 100_000;
/**
 * Number of words on each side of a broken word that its passage contains. Longer phrases match only with the word
 * joined.
 */
const neighbours = 6;
/** Maximum length of the words on one side, in characters. */
const longestSide = 160;

/** A hyphen between letters at the end of a line. */
const lineEnd = /(?<=[\p{L}\p{M}])[-\u2010\u00ad]\n(?=\p{L})/gu;
const wordsBefore = new RegExp(`(?:\\S+\\s+){0,${neighbours}}\\S*$`, 'u');
const wordsAfter = new RegExp(`^\\S*(?:\\s+\\S+){0,${neighbours}}`, 'u');

/**
 * Separates the passages from the text and from each other. A control character, which extracted text never contains.
 */
export const passageMark = '\u0003';

/**
 * Returns the text to search if words are broken at the ends of its lines: first the whole text with these words
 * joined, then the passages around the breaks with the hyphens kept. A hyphen at a line end may be part of the word or
 * not, so both forms are found. Returns null if no word is broken.
 */
export function searchedText({ text }: { text: string }): string | null {
  const whole = text.slice(0, longest).toWellFormed();
  const joined = whole.replace(lineEnd, '');
  return joined === whole ? null : [joined, ...passagesOf(whole)].join(passageMark);
}

function passagesOf(text: string): string[] {
  const passages: { from: number; to: number }[] = [];
  for (const { 0: hyphen, index } of text.matchAll(lineEnd)) {
    // A soft hyphen is never part of the word.
    if (hyphen.startsWith('\u00ad')) continue;
    const next = index + hyphen.length;
    const from = index - (wordsBefore.exec(text.slice(Math.max(0, index - longestSide), index))?.[0].length ?? 0);
    const to = next + (wordsAfter.exec(text.slice(next, next + longestSide))?.[0].length ?? 0);
    const last = passages.at(-1);
    if (last !== undefined && from <= last.to) last.to = to;
    else passages.push({ from, to });
  }
  return passages.map(({ from, to }) => keepHyphens(text.slice(from, to)));
}

/** Removes the line ends after hyphens, and soft hyphens with their line ends. */
function keepHyphens(text: string): string {
  return text.replace(lineEnd, (end) => (end.startsWith('\u00ad') ? '' : end.slice(0, -1)));
}
