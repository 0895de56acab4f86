import { right, sameRow } from '../model/box.ts';
import type { HiddenPiece } from '../model/hidden-text.ts';
import type { ReadPage } from '../model/read-page.ts';

type Found = HiddenPiece['piece'];

/** Pieces times pieces; pages with more are taken as they are. */
const mostWork = 20_000_000;

/** LiteParse drops characters beyond the basic plane; here they are put back from what pdfjs saw on the same page. */
export function restoreRare(page: ReadPage, seen: ReadPage): ReadPage {
  return { ...page, pieces: restore(page.pieces, seen.pieces), turned: restore(page.turned, seen.turned) };
}

/** Where a piece has a rare character in it, it gives way to all that pdfjs found in its place. */
function restore(pieces: Found[], seen: Found[]): Found[] {
  const rare = new Set(seen.filter(({ text }) => /[\u{10000}-\u{10ffff}]/u.test(text)));
  if (rare.size === 0 || pieces.length * seen.length > mostWork) {
    return pieces;
  }
  const torn = new Set(pieces.filter((piece) => [...rare].some((one) => overlap(piece, one))));
  const instead = seen.filter((one) => rare.has(one) || [...torn].some((piece) => holds(piece, one)));
  return [...pieces.filter((piece) => !torn.has(piece)), ...instead];
}

function overlap(a: Found, b: Found): boolean {
  return sameRow(a, b) && a.x < right(b) && b.x < right(a);
}

function holds(piece: Found, one: Found): boolean {
  const centre = one.x + one.width / 2;
  return sameRow(piece, one) && piece.x <= centre && centre <= right(piece);
}
