import { type Box, bottom, middle, right } from '../model/box.ts';
import type { Shape } from '../model/drawing.ts';
import type { HiddenPiece, HiddenReason, HiddenText } from '../model/hidden-text.ts';
import type { PaintedPiece, Piece } from '../model/piece.ts';
import { cleanText } from './clean-text.ts';
import { isSameColour } from './colours.ts';

/** What lies under the text, as far as an engine knows. */
export interface Backdrop {
  width: number;
  height: number;
  shapes: Shape[];
  /** Pictures. The colour under text on them is unknown. */
  images: Box[];
}

/** Type below this size, in points, is not meant for readers. */
const tiny = 2;
/** Maximum number of shapes times pieces. On pages with more, colours are not compared. */
const maxWork = 5_000_000;
const longestReport = 2_000;

/** Separates visible text from hidden text, which may be addressed to machines instead of people. */
export function partHidden<Found extends PaintedPiece>(
  pieces: Found[],
  backdrop: Backdrop,
): { visible: Found[]; hidden: HiddenPiece[] } {
  const { shapes, images } = backdrop;
  const isSmall = (shapes.length + images.length) * pieces.length < maxWork;
  const isLayer = isTextOfScan(pieces);
  const hidden: HiddenPiece[] = [];
  const visible = pieces.filter((piece) => {
    const unseen = isSmall && isUnseen(piece, backdrop) ? 'SAME_COLOUR' : null;
    const reason = hiddenReason(piece, backdrop, isLayer) ?? unseen;
    if (reason !== null) hidden.push({ reason, piece });
    return reason === null;
  });
  return { visible, hidden };
}

/** Returns the beginning of the hidden text for each reason. */
export function reportHidden(hidden: HiddenPiece[]): HiddenText[] {
  const texts = new Map<HiddenReason, string[]>();
  for (const { reason, piece } of hidden) {
    const there = texts.get(reason);
    if (there === undefined) texts.set(reason, [piece.text]);
    else there.push(piece.text);
  }
  return [...texts].map(([reason, found]) => ({
    reason,
    text: cleanText(found.join(' ').slice(0, longestReport)),
  }));
}

/** Whether nearly all text is invisible. Then it is an OCR layer over the picture of the page. */
function isTextOfScan(pieces: PaintedPiece[]): boolean {
  let [all, invisible] = [0, 0];
  for (const piece of pieces) {
    all += piece.text.length;
    if (piece.invisible) invisible += piece.text.length;
  }
  return invisible > 0.8 * all;
}

function hiddenReason(piece: PaintedPiece, { width, height }: Backdrop, isLayer: boolean): HiddenReason | null {
  if (right(piece) <= 0 || piece.x >= width || bottom(piece) <= 0 || piece.y >= height) return 'OFF_PAGE';
  if (piece.invisible) return isLayer ? null : 'INVISIBLE';
  return piece.size < tiny ? 'TINY' : null;
}

/**
 * Whether a text has the colour of everything under it. A shape may be smaller than its box, so a single other colour
 * leaves a doubt.
 */
function isUnseen(piece: PaintedPiece, { shapes, images }: Backdrop): boolean {
  const { colour } = piece;
  if (colour === null || colour === '#000000' || images.some((image) => covers(image, piece))) {
    return false;
  }
  const under = shapes.filter((shape) => covers(shape, piece));
  return under.length === 0
    ? isSameColour(colour, '#ffffff')
    : under.every((shape) => isSameColour(colour, shape.colour));
}

function covers(shape: Box, piece: Piece): boolean {
  const x = piece.x + piece.width / 2;
  const y = middle(piece);
  return x >= shape.x && x <= right(shape) && y >= shape.y && y <= bottom(shape);
}
