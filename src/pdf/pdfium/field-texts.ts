import type { Box } from '../model/box.ts';
import type { PaintedPiece } from '../model/piece.ts';
import type { PageNotes } from './page-notes.ts';
import type { Viewport } from './viewport.ts';

/** Thresholds of what is written into fields: they state no size of type, so it is that of a form. */
const [formType, lineHeight, margin] = [10, 1.2, 2];

/** Lines of a field, at most. */
const mostLines = 200;

/** Fields times pieces, at most; on pages with more, letters of combs stay apart. */
const mostWork = 5_000_000;

/** What readers write into fields, a piece for each line. */
export function placeWritten({ written }: PageNotes, viewport: Viewport): PaintedPiece[] {
  return written.flatMap(({ text, bounds }) => {
    const lines = text.split(/\r\n|\r|\n/, mostLines);
    const step = Math.min(formType * lineHeight, (bounds.top - bounds.bottom) / lines.length);
    const size = step / lineHeight;
    // One line stands in the middle of its field, several begin at its top.
    const top = lines.length === 1 ? (bounds.top + bounds.bottom + step) / 2 : bounds.top;
    return lines.map((line, index): PaintedPiece => {
      const right = Math.max(bounds.left + 2 * margin, bounds.right - margin);
      const [bottom, high] = [top - (index + 1) * step, top - index * step];
      const box = viewport.toBox({ left: bounds.left + margin, right, bottom, top: high });
      const look = { bold: false, fixedWidth: false, turned: false, colour: '#000000', invisible: false, font: null };
      return { text: line, ...box, size, ...look };
    });
  });
}

/** Joins the letters in fields that have a place for each of them: they are one word, however far apart they stand. */
export function joinCombs(pieces: PaintedPiece[], { combs }: PageNotes, viewport: Viewport): PaintedPiece[] {
  if (combs.length * pieces.length > mostWork) return pieces;
  return combs.reduce((all, { text, bounds }) => {
    const box = viewport.toBox(bounds);
    const inside = all.filter((piece) => isInside(piece, box));
    const [first] = inside;
    if (first === undefined || withoutSpaces(inside.map((piece) => piece.text).join('')) !== withoutSpaces(text))
      return all;
    const joined = { ...first, text, width: box.x + box.width - first.x };
    return all.flatMap((piece) => (piece === first ? [joined] : inside.includes(piece) ? [] : [piece]));
  }, pieces);
}

function isInside(piece: Box, box: Box): boolean {
  const [x, y] = [piece.x + piece.width / 2, piece.y + piece.height / 2];
  return x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height;
}

/** A text without white space, to be compared. */
export function withoutSpaces(text: string): string {
  return text.replace(/\s+/g, '');
}
