/** Maximum length of half a word, in characters. */
const longest = 64;

/** A hyphen at the end of a line, followed by the first word of the next line. */
const lineEnd = /[-\u2010\u00ad]\n(?=([\p{L}\p{M}]{1,64}))/gu;
const wordAtEnd = /[\p{L}\p{M}]+$/u;
const words = /[\p{L}\p{M}]+/gu;

/**
 * Joins words of a text that are hyphenated at the end of a line, if the Markdown joins them: its layout knows the
 * other words of the document. Returns null if it joins none.
 */
export function searchedText({ text, markdown }: { text: string; markdown: string }): string | null {
  if (text.search(lineEnd) === -1) return null;
  const joined = new Set(markdown.match(words));
  const searched = text.replace(lineEnd, (end: string, second: string, at: number) => {
    const first = wordAtEnd.exec(text.slice(Math.max(0, at - longest), at))?.[0];
    return first !== undefined && joined.has(first + second) ? '' : end;
  });
  return searched === text ? null : searched;
}
