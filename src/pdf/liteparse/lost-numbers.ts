import type { ParsedPage, TextItem } from '@llamaindex/liteparse';
import { bottom } from '../model/box.ts';

/** A word of the text that LiteParse takes for the number of a line between two columns. */
const lineNumber = /\s*(\d{1,2}O?)(?=\s|$)/y;
const space = /\s/;
/** What is counted. */
const letter = /[^ \n]/;
const lineEnd = /^[^\S\n]*(?:\n|$)/;

/** How wide a digit is, as a share of the size. */
const digitWidth = 0.55;

/**
 * LiteParse leaves numbers of one or two digits out of its items where they stand alone in the middle of a page: most page numbers,
 * and cells of tables. Its text still has them, in the order of the items: from there they come back, near enough to their places.
 */
export function lostNumbers(page: ParsedPage): TextItem[] {
  const { text, textItems } = page;
  if (
    textItems.length === 0 ||
    countLetters(text) === textItems.reduce((sum, item) => sum + countLetters(item.text), 0)
  ) {
    return [];
  }
  const lost: TextItem[] = [];
  let at = 0;
  for (let index = 0; index <= textItems.length; index += 1) {
    const item = textItems[index]?.text ?? '';
    let end = matchLetters(text, at, item);
    while (end === null || (index === textItems.length && letter.test(text.slice(end)))) {
      lineNumber.lastIndex = at;
      const number = lineNumber.exec(text)?.[1];
      // In another order nothing can be told.
      if (number === undefined) return [];
      const isNewLine = text.slice(at, lineNumber.lastIndex).includes('\n');
      at = lineNumber.lastIndex;
      const isLast = lineEnd.test(text.slice(at, at + longestGap));
      lost.push(place(number, page, index, { isNewLine, isLast }));
      end = matchLetters(text, at, item);
    }
    at = end;
  }
  return lost;
}

/** How far the next word of a line may be, in spaces. */
const longestGap = 200;

function countLetters(text: string): number {
  let letters = 0;
  for (let at = 0; at < text.length; at += 1) {
    // Other spaces than these are in both, or in neither.
    const code = text.charCodeAt(at);
    if (code !== 0x20 && code !== 0x0a) letters += 1;
  }
  return letters;
}

/** Where a text ends that begins here but for its spaces; null where another one does. */
function matchLetters(text: string, from: number, wanted: string): number | null {
  let at = from;
  for (const character of wanted) {
    if (space.test(character)) continue;
    while (at < text.length && space.test(text[at] ?? '')) at += 1;
    if (!text.startsWith(character, at)) return null;
    at += character.length;
  }
  return at;
}

/** Like its neighbour in the line; or else between the lines above and below, or at the lower end of what is on the page. */
function place(
  number: string,
  page: ParsedPage,
  index: number,
  line: { isNewLine: boolean; isLast: boolean },
): TextItem {
  const [before, after] = [page.textItems[index - 1], page.textItems[index]];
  const beside = line.isNewLine ? (line.isLast ? undefined : after) : before;
  const like = beside ?? before ?? after;
  const height = like?.height ?? 0;
  const width = digitWidth * (like?.fontHeight || height) * number.length;
  const lowest = page.contentBounds === undefined ? page.height : Math.min(bottom(page.contentBounds), page.height);
  const top = before === undefined ? 0 : bottom(before);
  const between = after === undefined ? lowest - height : (top + after.y - height) / 2;
  const y = beside?.y ?? Math.max(top, between);
  return { ...like, text: number, x: (page.width - width) / 2, y, width, height, charCodes: undefined };
}
