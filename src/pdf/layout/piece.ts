/** A box in points from the top left of the page as displayed. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** A run of text as an engine found it. */
export interface Piece extends Box {
  text: string;
  /** Of the type, in points. */
  size: number;
  bold: boolean;
  /** All characters of the font are equally wide. */
  fixedWidth: boolean;
  /** Where a link over it leads. */
  url?: string;
  /** It is the number of a footnote: the name of that in Markdown. */
  note?: string;
}

export function right(box: Box): number {
  return box.x + box.width;
}

export function bottom(box: Box): number {
  return box.y + box.height;
}

export function middle(box: Box): number {
  return box.y + box.height / 2;
}

/** Whether the middle of a piece is within a box. */
export function isCentred(piece: Box, box: Box): boolean {
  const [x, y] = [piece.x + piece.width / 2, middle(piece)];
  return x >= box.x && x <= right(box) && y >= box.y && y <= bottom(box);
}

/** The smallest box around all of them. */
export function union(boxes: Box[]): Box {
  let [x1, y1, x2, y2] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const box of boxes) {
    x1 = Math.min(x1, box.x);
    y1 = Math.min(y1, box.y);
    x2 = Math.max(x2, right(box));
    y2 = Math.max(y2, bottom(box));
  }
  return { x: x1, y: y1, width: x2 - x1, height: y2 - y1 };
}

/** True where more than half of the lower one's height is beside the other. */
export function sameRow(a: Box, b: Box): boolean {
  return Math.min(bottom(a), bottom(b)) - Math.max(a.y, b.y) > 0.5 * Math.min(a.height, b.height);
}

/** A piece word by word; where they stand is estimated by how wide their characters are in most fonts. */
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

/** In hundredths of the size: between those of Times and Helvetica. */
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

const boldName = /bold|black|heavy|demi|medi\b|^(?:[A-Z]{6}\+)?(?:CMB|CMSSBX|(?:SF|EC)(?:B|RB|SX)[A-Z]*\d)|-B$/i;
const plainName = /regular|light|book|roman|medium/i;
const fixedName =
  /mono|courier|consol|typewriter|menlo|monaco|(?:source|fira) ?code|NimbusMon|(?:CM|SF|EC)(?:SL|I|V)?TT|(?:SF|EC)[IS]T\d/i;

/** What the name of a font tells of it; its weight counts where the name says nothing. */
export function readFont(name: string, weight: number): { bold: boolean; fixedWidth: boolean } {
  return {
    bold: boldName.test(name) || (weight >= 600 && !plainName.test(name)),
    fixedWidth: fixedName.test(name),
  };
}

/** For what has no place on the page. */
export const noBox: Box = { x: 0, y: 0, width: 0, height: 0 };
