/** Longer than any word; keeps what a page without spaces costs within bounds. */
const longestWord = 64;

const wordAtEnd = /([\p{L}\p{M}]+(?:-[\p{L}\p{M}]+)*)[-\u2010\u00ad]$/u;
const wordAtStart = /^[\p{L}\p{M}]+/u;

/**
 * What becomes of a line's end when the next line is put behind it, and what comes between them. Words parted there become whole
 * again if `words`, those of the document, are given: without the hyphen, unless the document has the word with it, or knows
 * both halves as words of their own but not the whole.
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

/** The words that stand within lines: not those that a line's end parts. */
export function collectWords(lines: Iterable<string>): Set<string> {
  const words = new Set<string>();
  for (const line of lines) {
    const whole = /[-\u2010\u00ad]$/.test(line) ? line.slice(0, line.lastIndexOf(' ') + 1) : line;
    for (const word of whole.toLowerCase().match(/[\p{L}\p{M}]+(?:-[\p{L}\p{M}]+)*/gu) ?? []) {
      if (word.length <= longestWord) words.add(word);
    }
  }
  return words;
}
