import { foldText } from './fold-text.ts';
import { FoldedText } from './folded-text.ts';
import { endMark, fragmentDelimiter, startMark } from './sql/search-pages.ts';

/** What `pagehive_words` puts around signs and letters. */
const apartMark = '\u0003';
const apart = new RegExp(`&_([^;]+);|${apartMark}`, 'g');
const marks = new RegExp(`([${startMark}${endMark}])`);

/** Words of scripts without spaces between them: they are looked for letter by letter. */
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
 * Returns a headline in the form of the page instead of the folded one. A fragment that cannot be found stays folded.
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

/** Takes the marks out of a headline and says where they were. */
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
  // A letter of a word is marked also where it stands without the others.
  const words = foldText(query).match(unspaced) ?? [];
  const highlights = marked.filter(({ start, end }) => {
    const text = foldText(snippet.slice(start, end));
    return text.replace(unspaced, '') !== '' || words.some((word) => text.includes(word));
  });
  return { snippet, highlights };
}
