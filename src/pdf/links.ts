import { createValidAbsoluteUrl } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { cleanFact, cleanText } from './clean-text.ts';
import type { TextPiece } from './text-layout.ts';

/** A box in points from the top left of the page as displayed. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** The address of a link if it is one that may be shown as a link: never `javascript:` or a local file. */
export function readUrl(value: unknown): string | null {
  if (typeof value !== 'string') {
    return null;
  }
  return createValidAbsoluteUrl(cleanText(value), undefined, { addDefaultProtocol: true })?.href ?? null;
}

/** The words under the boxes of a link. Inside a piece, where words lie is estimated from their share of its characters. */
export function textUnder(boxes: Box[], pieces: TextPiece[]): string | null {
  const words = boxes.flatMap((box) => pieces.flatMap((piece) => wordsInside(box, piece)));
  return cleanFact(words.join(' '));
}

function wordsInside(box: Box, piece: TextPiece): string[] {
  const middle = piece.y + piece.height / 2;
  const touches = piece.x < box.x + box.width && piece.x + piece.width > box.x;
  if (!touches || middle < box.y || middle > box.y + box.height) {
    return [];
  }
  const words: string[] = [];
  for (const match of piece.text.matchAll(/\S+/g)) {
    const centre = piece.x + (piece.width * (match.index + match[0].length / 2)) / piece.text.length;
    if (centre >= box.x && centre <= box.x + box.width) {
      words.push(match[0]);
    }
  }
  return words;
}
