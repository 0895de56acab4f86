import type { Box } from '../model/box.ts';
import type { PaintedPiece } from '../model/piece.ts';
import type { PageNotes } from './page-notes.ts';
import type { Viewport } from './viewport.ts';

/** Type size, line height and margin of text in fields. Fields state no type size, so it is that of a typical form. */
const [formType, lineHeight, margin] = [10, 1.2, 2];

/** Maximum lines of a field. */
const maxLines = 200;

/** Maximum fields times pieces; on pages with more, the letters of comb fields stay apart. */
const maxWork = 5_000_000;

/** Returns the texts that readers write into fields, one piece for each line. */
export function placeWritten({ written }: PageNotes, viewport: Viewport): PaintedPiece[] {
  return written.flatMap(({ text, bounds }) => {
    const lines = text.split(/\r\n|\r|\n/, maxLines);
    const step = Math.min(formType * lineHeight, (bounds.top - bounds.bottom) / lines.length);
    const size = step / lineHeight;
    // A single line is centred vertically in its field; several lines begin at the top.
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

/** Joins the letters of comb fields, which have a place for each letter. They form one word, at any distance. */
export function joinCombs(pieces: PaintedPiece[], { combs }: PageNotes, viewport: Viewport): PaintedPiece[] {
  if (combs.length * pieces.length > maxWork) return pieces;
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

/** Returns a text without white space, for comparison. */
export function withoutSpaces(text: string): string {
  return text.replace(/\s+/g, '');
}
