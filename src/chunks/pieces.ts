import { type Block, blocksOf } from './blocks.ts';

/** The smallest unit of a chunk: a sentence, a line of a table, a heading. */
export interface Piece {
  page: number;
  /** Its offset in the page's Markdown. */
  start: number;
  /** Includes the spaces after it: concatenated, the pieces are the page. */
  text: string;
  tokens: number;
  /** The level of its block. */
  level: number;
  /** Whether it is the first of its block, which makes it a better place for a cut. */
  opensBlock: boolean;
}

/** Maximum length of a piece, because the tokenizer takes quadratic time in the length of a word. */
const maxLength = 400;

/** Ends of sentences and lines. */
const ends = /(?<=[.!?…。！？](?:["'”’)\]]{0,3})\s)|(?<=\n)/u;

type CountTokens = (text: string) => number;

/**
 * Yields the pieces of a page in order. No piece ever has more than `maxTokens`. It is a generator so that a caller can
 * pause: counting the tokens of a megabyte may take a second.
 */
export function* piecesOf(
  page: { number: number; markdown: string },
  maxTokens: number,
  countTokens: CountTokens,
): Generator<Piece> {
  const text = page.markdown.trim();
  if (text === '') return;
  const lead = page.markdown.length - page.markdown.trimStart().length;
  // Separate pages like blocks.
  for (const block of blocksOf(`${text}\n\n`)) yield* cut(page.number, block, lead, maxTokens, countTokens);
}

function* cut(
  page: number,
  { level, start, text }: Block,
  lead: number,
  maxTokens: number,
  countTokens: CountTokens,
): Generator<Piece> {
  const begin = lead + start;
  let at = begin;
  for (const part of partsOf(text, maxTokens, countTokens)) {
    yield { page, start: at, text: part, tokens: countTokens(part), level, opensBlock: at === begin };
    at += part.length;
  }
}

function* partsOf(text: string, maxTokens: number, countTokens: CountTokens): Generator<string> {
  for (const sentence of text.split(ends)) {
    if (sentence.length <= maxLength && countTokens(sentence) <= maxTokens) yield sentence;
    else {
      for (const part of wordsOf(sentence, Math.min(maxLength, 2 * maxTokens))) {
        yield* halved(part, maxTokens, countTokens);
      }
    }
  }
}

/** Groups words up to a length. Splits longer words, but never a character. */
function* wordsOf(sentence: string, length: number): Generator<string> {
  let part = '';
  for (const word of sentence.split(/(?<=\s)(?=\S)/u)) {
    if (part.length + word.length > length && part !== '') {
      yield part;
      part = '';
    }
    if (word.length <= length) {
      part += word;
      continue;
    }
    for (const character of word) {
      if (part.length + character.length > length) {
        yield part;
        part = '';
      }
      part += character;
    }
  }
  if (part !== '') yield part;
}

function halved(part: string, maxTokens: number, countTokens: CountTokens): string[] {
  const characters = [...part];
  if (characters.length < 2 || countTokens(part) <= maxTokens) return [part];
  const middle = characters.length >> 1;
  return [characters.slice(0, middle), characters.slice(middle)].flatMap((half) =>
    halved(half.join(''), maxTokens, countTokens),
  );
}
