import type { Piece } from './piece.ts';

/** Splits a piece into words. Estimates their positions from the usual widths of characters. */
export function toWords(piece: Piece): Piece[] {
  const words = [...piece.text.matchAll(/\S+/g)];
  if (words.length < 2) {
    return [piece];
  }
  const widthOf = piece.fixedWidth ? ({ length }: string) => length : estimateWidth;
  const scale = piece.width / widthOf(piece.text);
  let [at, x] = [0, piece.x];
  return words.map((match) => {
    x += widthOf(piece.text.slice(at, match.index)) * scale;
    const word = { ...piece, text: match[0], x, width: widthOf(match[0]) * scale };
    x += word.width;
    at = match.index + match[0].length;
    return word;
  });
}

function estimateWidth(text: string): number {
  let width = 0;
  for (const character of text) width += widths.get(character) ?? usualWidth;
  return width;
}

/** Character width in hundredths of the type size, between those of Times and Helvetica. */
const usualWidth = 53;
const widths = new Map(
  Object.entries({
    25: "ijl|'",
    27: ' .,:;!/t',
    31: 'fI',
    33: 'r()[]-',
    45: 'sczJ',
    50: 'aekvxy',
    60: 'FLPSTZ',
    67: 'ABCEKRVXY',
    73: 'DHNUGOQw&',
    82: 'mM%',
    96: 'W@—',
  }).flatMap(([width, characters]) => [...characters].map((character): [string, number] => [character, Number(width)])),
);
