import { right } from '../model/box.ts';
import type { Piece } from '../model/piece.ts';
import type { GrayPicture } from '../model/pixels.ts';
import { strokeWidth } from './stroke-width.ts';

/** Lines are bold if their strokes, relative to the type size, are wider than those of most lines by this factor. */
const bolder = 1.2;
/** Maximum gap between words of one line, in sizes of the type. */
const lineGap = 1.5;

interface Measured<Word> {
  words: Word[];
  letters: number;
  /** Stroke width, in sizes of the type. */
  width: number;
}

/**
 * Marks the words of bold lines. Measures whole lines: short words are inconclusive, and only bold lines are headings.
 */
export function markBold<Word extends Piece>(words: Word[], picture: GrayPicture, scale: number): Word[] {
  const lines = toLines(words).map((line) => measure(line, picture, scale));
  const usual = median(lines);
  const bold = new Set(lines.flatMap((line) => (usual > 0 && line.width > bolder * usual ? line.words : [])));
  return words.map((word) => ({ ...word, bold: bold.has(word) }));
}

/** The words of a line from OCR have the same size and height. */
function toLines<Word extends Piece>(words: Word[]): Word[][] {
  const lines: Word[][] = [];
  let last: Word | null = null;
  for (const word of words.toSorted((a, b) => a.y - b.y || a.x - b.x)) {
    const goesOn =
      last !== null && last.y === word.y && last.size === word.size && word.x - right(last) < lineGap * word.size;
    if (goesOn) lines.at(-1)?.push(word);
    else lines.push([word]);
    last = word;
  }
  return lines;
}

function measure<Word extends Piece>(words: Word[], picture: GrayPicture, scale: number): Measured<Word> {
  let [sum, letters] = [0, 0];
  for (const word of words) {
    const own = word.text.match(/[\p{L}\p{N}]/gu)?.length ?? 0;
    const width = own === 0 ? null : strokeWidth(picture, word, scale);
    if (width !== null) {
      sum += (own * width) / word.size;
      letters += own;
    }
  }
  return { words, letters, width: letters === 0 ? 0 : sum / letters };
}

/** Returns the weighted median: half of all letters have wider strokes. */
function median<Word>(lines: Measured<Word>[]): number {
  const half = lines.reduce((sum, { letters }) => sum + letters, 0) / 2;
  let before = 0;
  for (const { letters, width } of lines.toSorted((a, b) => a.width - b.width)) {
    before += letters;
    if (before > half) return width;
  }
  return 0;
}
