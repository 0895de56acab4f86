import { bottom, right } from '../model/box.ts';
import type { Piece } from '../model/piece.ts';

/** Thresholds of drop capitals, in sizes of the text beside them. */
export const dropCapitalSettings = {
  /** Minimum size, also in points: a capital is as high as two lines at least. */
  minSize: 1.9,
  minPoints: 15,
  /** Maximum gap between the capital and the lines beside it. */
  farthest: 1.2,
  /** How far the lines beside it may begin apart. */
  sameEdge: 1,
  /** Maximum number of capitals on a page that are examined. */
  maxOfPage: 20,
};

/**
 * Joins drop capitals with their word. A drop capital is a large letter beside at least two lines of text that begin at
 * one edge, the first of them inside a word.
 */
export function joinDropCapitals(pieces: Piece[]): Piece[] {
  const { minPoints, maxOfPage } = dropCapitalSettings;
  const capitals = pieces.filter(({ text, size }) => size >= minPoints && /^[“"‘']?\p{Lu}$/u.test(text.trim()));
  if (capitals.length === 0 || capitals.length > maxOfPage) return pieces;
  const joined = new Map<Piece, Piece | null>();
  for (const capital of capitals) {
    const first = firstBeside(capital, pieces);
    if (first === null) continue;
    joined.set(capital, null);
    joined.set(first, {
      ...first,
      text: `${capital.text.trim()}${first.text}`,
      x: capital.x,
      width: right(first) - capital.x,
    });
  }
  if (joined.size === 0) return pieces;
  return pieces.flatMap((piece) => {
    const other = joined.get(piece);
    return other === undefined ? [piece] : other === null ? [] : [other];
  });
}

/** Returns the beginning of the first line beside a capital; null if it is not a drop capital. */
function firstBeside(capital: Piece, pieces: Piece[]): Piece | null {
  const { minSize, farthest, sameEdge } = dropCapitalSettings;
  const beside = pieces.filter((piece) => {
    const gap = piece.x - right(capital);
    const isBeside = piece.y > capital.y - piece.size && piece.y + 0.5 * piece.height < bottom(capital);
    return capital.size >= minSize * piece.size && isBeside && gap > -piece.size && gap < farthest * piece.size;
  });
  const [first, second] = beside.toSorted((a, b) => a.y - b.y);
  if (first === undefined || second === undefined || second.y - first.y < 0.5 * first.size) return null;
  const isEven = Math.abs(first.x - second.x) < sameEdge * first.size && Math.abs(first.size / second.size - 1) < 0.1;
  return isEven && /^\p{Ll}/u.test(first.text) ? first : null;
}
