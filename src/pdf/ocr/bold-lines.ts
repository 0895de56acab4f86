import { right } from '../model/box.ts';
import type { Piece } from '../model/piece.ts';
import type { GrayPicture } from '../model/pixels.ts';
import { strokeWidth } from './stroke-width.ts';

/** Lines whose strokes are so much wider than those of most of the page, for the size of their type, are bold. */
const bolder = 1.2;
/** Further apart than this, in sizes of the type, words belong to different lines. */
const lineGap = 1.5;

interface Measured<Word> {
  words: Word[];
  letters: number;
  /** Of its strokes, in sizes of the type. */
  width: number;
}

/** Words, those of bold lines marked so. Whole lines are measured: short words tell little, and only whole bold lines are headings. */
export function markBold<Word extends Piece>(words: Word[], picture: GrayPicture, scale: number): Word[] {
  const lines = toLines(words).map((line) => measure(line, picture, scale));
  const usual = median(lines);
  const bold = new Set(lines.flatMap((line) => (usual > 0 && line.width > bolder * usual ? line.words : [])));
  return words.map((word) => ({ ...word, bold: bold.has(word) }));
}

/** What OCR has read of one line has one size and one height. */
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

/** Of half of all letters the strokes are wider. */
function median<Word>(lines: Measured<Word>[]): number {
  const half = lines.reduce((sum, { letters }) => sum + letters, 0) / 2;
  let before = 0;
  for (const { letters, width } of lines.toSorted((a, b) => a.width - b.width)) {
    before += letters;
    if (before > half) return width;
  }
  return 0;
}
