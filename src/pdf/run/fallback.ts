import { garbledShare, mostGarbled } from '../content/garbled.ts';
import { isRightToLeft } from '../layout/text-direction.ts';
import type { Fallback } from '../model/document.ts';
import type { ReadPage } from '../model/read-page.ts';
import { toWords } from '../model/words.ts';

/** What LiteParse is known to get wrong on a page like this; null for nearly all. */
export function fallbackReason(page: ReadPage): Fallback | null {
  const pieces = [...page.pieces, ...page.turned];
  const texts = pieces.map(({ text }) => text);
  if (pieces.length === 0) return page.look === 'SCANNED' ? null : 'NO_TEXT';
  if (garbledShare(texts) > mostGarbled) return 'GARBLED';
  // It drops words whose boxes lie over one another, as those of badly made fonts do.
  if (page.tallShare > 0.2) return 'FONT_BOXES';
  // It gives the words of right-to-left lines from left to right, and columns of upright characters as rows.
  if (isRightToLeft(texts.join(''))) return 'RIGHT_TO_LEFT';
  return isVertical(page) ? 'VERTICAL' : null;
}

/** Whether pdfjs does better on the page. */
export function isBetter(reason: Fallback, page: ReadPage, other: ReadPage): boolean {
  const texts = [...other.pieces, ...other.turned].map(({ text }) => text);
  if (reason === 'NO_TEXT') return texts.length > 0;
  if (reason !== 'GARBLED') return true;
  const before = garbledShare([...page.pieces, ...page.turned].map(({ text }) => text));
  return texts.length > 0 && garbledShare(texts) < before;
}

const ideograph = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}ー、。「」]$/u;

/** Characters of columns that stand side by side. */
const apart = /^\S(?: +\S)+$/u;

/** Most East Asian characters stand alone, each right below another. */
function isVertical({ pieces }: ReadPage): boolean {
  const characters = pieces.flatMap((piece) => (apart.test(piece.text) ? toWords(piece) : [piece]));
  const single = characters.filter(({ text }) => ideograph.test(text));
  if (single.length < 3 || single.length * 2 < characters.length) {
    return false;
  }
  const places = new Set(single.map(({ x, y }) => `${Math.round(x / 2)} ${Math.round(y / 4)}`));
  const below = single.filter(({ x, y, size }) =>
    [-1, 0, 1].some((step) => places.has(`${Math.round(x / 2)} ${Math.round((y + size) / 4) + step}`)),
  );
  return below.length * 2 > single.length;
}
