/** Longest word, in characters: bounds the cost of a page without spaces. */
const longestWord = 64;

const wordAtEnd = /([\p{L}\p{M}]+(?:-[\p{L}\p{M}]+)*)[-\u2010\u00ad]$/u;
const wordAtStart = /^[\p{L}\p{M}]+/u;

/**
 * Returns how a line ends when the next line is joined to it, and what separates the two. If `words`, the words of the
 * document, are given, a word broken at the line end becomes whole again: without the hyphen, unless the document has
 * the word with it, or has both halves as words but not the whole.
 */
export function joint(before: string, after: string, words: Set<string> | null): { before: string; gap: '' | ' ' } {
  const first = words === null ? undefined : wordAtEnd.exec(before.slice(-longestWord))?.[1];
  if (words === null || first === undefined || !/^\p{Ll}/u.test(after)) {
    return { before, gap: ' ' };
  }
  const second = wordAtStart.exec(after.slice(0, longestWord))?.[0] ?? '';
  const keeps = !before.endsWith('\u00ad') && keepsHyphen(first.toLowerCase(), second.toLowerCase(), words);
  return { before: keeps ? before : before.slice(0, -1), gap: '' };
}

function keepsHyphen(first: string, second: string, words: Set<string>): boolean {
  if (words.has(`${first}-${second}`)) return true;
  if (words.has(first + second)) return false;
  return words.has(first) && words.has(second);
}

const word = /[\p{L}\p{M}]+(?:-[\p{L}\p{M}]+)*/gu;

/** Most lines are in plain letters, whose words are found in a fraction of the time. */
const plainWord = /[a-z]+(?:-[a-z]+)*/g;
const isPlain = /^[\0-\u007f]*$/;

/** Returns the words within lines, without those broken at a line end. */
export function collectWords(lines: Iterable<string>): Set<string> {
  const words = new Set<string>();
  for (const line of lines) {
    const whole = /[-\u2010\u00ad]$/.test(line) ? line.slice(0, line.lastIndexOf(' ') + 1) : line;
    const pattern = isPlain.test(whole) ? plainWord : word;
    for (const found of whole.toLowerCase().match(pattern) ?? []) {
      if (found.length <= longestWord) words.add(found);
    }
  }
  return words;
}
