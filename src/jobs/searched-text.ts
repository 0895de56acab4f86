/** The longest half of a word that is looked at, in characters. */
const longest = 64;

/** A hyphen at the end of a line, and the word that the next line begins with. */
const lineEnd = /[-\u2010\u00ad]\n(?=([\p{L}\p{M}]{1,64}))/gu;
const wordAtEnd = /[\p{L}\p{M}]+$/u;
const words = /[\p{L}\p{M}]+/gu;

/**
 * The text of a page as search reads it: words that are broken at the end of a line are whole again where the Markdown, which
 * knows the other words of the document, has joined them. Null if that changes nothing.
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
