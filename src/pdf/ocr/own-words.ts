import { isCentred } from '../model/box.ts';
import type { Piece } from '../model/piece.ts';

/** Returns the words of OCR where the page has no text of its own. */
export function withoutDoubles<Word extends Piece>(words: Word[], own: Piece[]): Word[] {
  return words.filter((word) => !own.some((piece) => isCentred(word, piece)));
}
