import { type Box, bottom, middle, right } from '../model/box.ts';
import type { Link } from '../model/document.ts';
import type { PlacedLink } from '../model/link.ts';
import type { Piece } from '../model/piece.ts';
import { toWords } from '../model/words.ts';
import { cleanFact, cleanText } from './clean-text.ts';

/** Maximum number of links times pieces. Links beyond it have no text. */
const maxWork = 5_000_000;

/** Returns the address of a link if it is safe to show as a link: never `javascript:` or a local file. */
export function readUrl(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  const address = cleanText(value).replace(withoutScheme, 'http://$&');
  if (!URL.canParse(address)) return null;
  const { protocol, href } = new URL(address);
  return schemes.has(protocol) ? href : null;
}

const schemes = new Set(['http:', 'https:', 'ftp:', 'mailto:', 'tel:']);

/** A web address without its scheme, as PDF readers accept it. */
const withoutScheme = /^www\.[^.]*\./;

/** Assigns links to the words under them, and the words to the links. */
export function placeLinks(placed: PlacedLink[], pieces: Piece[]): { links: Link[]; pieces: Piece[] } {
  let marked = pieces;
  const links = placed.map(({ boxes, url, pageNumber }, index): Link => {
    if (index * pieces.length > maxWork) {
      return { text: null, url, pageNumber };
    }
    const words: string[] = [];
    const isTouched = (piece: Piece) => boxes.some((box) => touches(box, piece));
    if (!marked.some(isTouched)) return { text: null, url, pageNumber };
    marked = marked.flatMap((piece) => {
      const touched = boxes.filter((box) => touches(box, piece));
      if (touched.length === 0) return piece;
      const parts = markWords(piece, touched, url);
      words.push(...parts.filter(({ isUnder }) => isUnder).map((part) => part.piece.text));
      return url === null ? [piece] : parts.map((part) => part.piece);
    });
    return { text: cleanFact(words.join(' ')), url, pageNumber };
  });
  return { links, pieces: marked };
}

function touches(box: Box, piece: Piece): boolean {
  const y = middle(piece);
  return piece.x < right(box) && right(piece) > box.x && y >= box.y && y <= bottom(box);
}

function markWords(piece: Piece, boxes: Box[], url: string | null): { piece: Piece; isUnder: boolean }[] {
  return toWords(piece).map((word) => {
    const x = word.x + word.width / 2;
    const isUnder = boxes.some((box) => x >= box.x && x <= right(box));
    return { piece: isUnder && url !== null ? { ...word, url } : word, isUnder };
  });
}
