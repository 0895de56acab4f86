import { foldText } from './fold-text.ts';
import { FoldedText } from './folded-text.ts';
import { endMark, fragmentDelimiter, startMark } from './sql/search-pages.ts';

/** The characters that `pagehive_words` puts around signs and letters. */
const apartMark = '\u0003';
const apart = new RegExp(`&_([^;]+);|${apartMark}`, 'g');
const marks = new RegExp(`([${startMark}${endMark}])`);

/** Words of scripts without spaces between words. Their letters are matched one by one. */
const unspaced = /[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Thai}\p{scx=Laoo}\p{scx=Mymr}\p{scx=Khmr}]+/gu;

export interface Snippet {
  snippet: string;
  highlights: { start: number; end: number }[];
}

/** Returns the snippet of a headline. `source` is the text of the page if the headline is made from its folded form. */
export function snippetOf(headline: string, source: string | null, query: string): Snippet {
  const plain = headline.replace(apart, '$1');
  return unmark(source === null ? plain : restore(plain, source), query);
}

/**
 * Returns a headline with the text of the page instead of the folded text. A fragment that cannot be located stays
 * folded.
 */
function restore(headline: string, source: string): string {
  const text = new FoldedText(source);
  let from = 0;
  const fragments = headline.split(fragmentDelimiter).map((fragment) => {
    const parts = fragment.split(marks);
    const isMark = (part: string) => part === startMark || part === endMark;
    const found = text.folded.indexOf(parts.filter((part) => !isMark(part)).join(''), from);
    if (found < 0) return fragment;
    from = found;
    return parts
      .map((part) => {
        if (isMark(part)) return part;
        from += part.length;
        return text.slice(from - part.length, from);
      })
      .join('');
  });
  return fragments.join(fragmentDelimiter);
}

/** Removes the marks from a headline and returns their positions. */
function unmark(headline: string, query: string): Snippet {
  let snippet = '';
  let start = 0;
  const marked: Snippet['highlights'] = [];
  for (const part of headline.split(marks)) {
    const last = marked.at(-1);
    if (part === startMark) start = snippet.length;
    else if (part !== endMark) snippet += part.replace(/\s+/g, ' ');
    // The next letter of the same word.
    else if (last?.end === start) last.end = snippet.length;
    else marked.push({ start, end: snippet.length });
  }
  // In such words, a letter is marked even if the others do not follow it.
  const words = foldText(query).match(unspaced) ?? [];
  const highlights = marked.filter(({ start, end }) => {
    const text = foldText(snippet.slice(start, end));
    return text.replace(unspaced, '') !== '' || words.some((word) => text.includes(word));
  });
  return { snippet, highlights };
}
