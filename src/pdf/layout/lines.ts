import { bottom, middle, right, union } from '../model/box.ts';
import type { Piece } from '../model/piece.ts';
import { hasSpacedLetters } from './spaced-letters.ts';
import { isRightToLeft } from './text-direction.ts';

/** Pieces that follow one another on one baseline. */
export interface Line extends Piece {
  /** From left to right. */
  pieces: Piece[];
  /** Every word of it is bold; `bold` is true where most are. */
  boldThroughout: boolean;
}

/** Thresholds of lines. Gaps are in sizes of the type. */
export const lineSettings = {
  /** Gap from which on pieces are in separate columns or cells; narrower gaps are spaces between words. */
  cellGap: 1.15,
  /** Gap from which on there is a space between two pieces. */
  wordGap: 0.12,
  /** Gap after a list marker or the number of a heading: text after a tab stop. */
  markerGap: 4,
  /** How far a piece may begin before the end of the one before it: italics and kerning overlap. */
  overlap: 0.5,
  /** Share of the lower piece's height that pieces of one line share. */
  sharedHeight: 0.5,
  /**
   * Ratio of two sizes above which the smaller one measures the gap: a large heading in the next column is not nearer
   * for its size.
   */
  otherSize: 1.15,
  /** Pieces that begin one below the other, each after a gap, which make the left edge of a column. */
  minAtEdge: 5,
  /** Lines that begin one below the other, which make the left edge of a column of text. */
  minOfColumn: 12,
  /** Minimum width of the column left of such an edge. */
  narrowestColumn: 8,
  /** Gap before such an edge: columns may stand nearer than words do elsewhere, but their edge is straight. */
  edgeGap: 0.6,
  /** The same in type of fixed width, whose spaces are 0.6 wide. */
  edgeGapOfFixedWidth: 0.9,
  /** Height of the buckets in which lines are looked up, in points. */
  bucketHeight: 6,
  /** Lines of a bucket that are tried for a piece, so that a page of a million pieces costs a million steps. */
  candidates: 6,
};

const marker = /^(?:[•‣▪●◦○■□◆❖➢✓·*–—-]|\(?(?:\d{1,3}|[a-z]|[ivx]{1,4})[.)])$/iu;
const sectionNumber = /^(?:\d{1,2}(?:\.\d{1,2}){0,4}|[A-Z])$/;

/** Joins pieces to lines: from left to right, each to the line whose end it stands next to. */
export function toLines(pieces: Piece[]): Line[] {
  const { bucketHeight, candidates } = lineSettings;
  const open = new Map<number, Piece[][]>();
  const lines: Piece[][] = [];
  for (const piece of [...pieces].sort((a, b) => a.x - b.x || a.y - b.y)) {
    const bucket = Math.round(middle(piece) / bucketHeight);
    const line = nearest(open, bucket, piece);
    if (line !== null) {
      line.push(piece);
      continue;
    }
    const begun = [piece];
    lines.push(begun);
    const there = open.get(bucket) ?? [];
    there.push(begun);
    if (there.length > candidates) there.shift();
    open.set(bucket, there);
  }
  return splitAtEdges(lines).map(joinPieces);
}

function nearest(open: Map<number, Piece[][]>, bucket: number, piece: Piece): Piece[] | null {
  let best: Piece[] | null = null;
  let bestGap = Infinity;
  for (let key = bucket - 1; key <= bucket + 1; key += 1) {
    for (const line of open.get(key) ?? []) {
      const last = line.at(-1);
      const gap = last === undefined ? Infinity : Math.abs(piece.x - right(last));
      if (last !== undefined && gap < bestGap && follows(line, last, piece)) {
        [best, bestGap] = [line, gap];
      }
    }
  }
  return best;
}

function follows(line: Piece[], last: Piece, piece: Piece): boolean {
  const { sharedHeight, otherSize, overlap, markerGap, cellGap } = lineSettings;
  const shared = Math.min(bottom(last), bottom(piece)) - Math.max(last.y, piece.y);
  if (shared < sharedHeight * Math.min(last.height, piece.height)) {
    return false;
  }
  const [smaller, larger] = [Math.min(last.size, piece.size), Math.max(last.size, piece.size)];
  const size = larger > otherSize * smaller ? smaller : larger;
  const gap = piece.x - right(last);
  const start = line.length <= 2 ? line.map(({ text }) => text.trim()).join('') : '';
  const isMarker = marker.test(start) || (last.bold && piece.bold && sectionNumber.test(start));
  return gap > -overlap * size && gap < (isMarker ? markerGap : cellGap) * size;
}

/** Splits lines where a column begins: at a straight left edge. */
function splitAtEdges(lines: Piece[][]): Piece[][] {
  const { edgeGap, edgeGapOfFixedWidth, minAtEdge, minOfColumn, narrowestColumn } = lineSettings;
  const isApart = (before: Piece | undefined, piece: Piece) =>
    before !== undefined && piece.x - right(before) > (piece.fixedWidth ? edgeGapOfFixedWidth : edgeGap) * piece.size;
  const [starts, begins] = [new Map<number, number>(), new Map<number, number>()];
  const count = (counts: Map<number, number>, { x }: Piece) =>
    counts.set(Math.round(x), (counts.get(Math.round(x)) ?? 0) + 1);
  for (const line of lines) {
    for (const [index, piece] of line.entries()) {
      if (index === 0) count(begins, piece);
      else if (isApart(line[index - 1], piece)) count(starts, piece);
    }
  }
  const near = (counts: Map<number, number>, { x }: Piece) =>
    [-1, 0, 1].reduce((sum, step) => sum + (counts.get(Math.round(x) + step) ?? 0), 0);
  const isEdge = (part: Piece[], piece: Piece) => {
    // Numbers of headings and items stand left of the edge, too.
    const isText = piece.x - (part[0]?.x ?? piece.x) > narrowestColumn * piece.size;
    return near(starts, piece) >= minAtEdge || (isText && near(begins, piece) >= minOfColumn);
  };
  return lines.flatMap((line) => {
    const parts: Piece[][] = [];
    for (const piece of line) {
      const part = parts.at(-1);
      const before = part?.at(-1);
      const isMarker = part?.length === 1 && marker.test(before?.text.trim() ?? '');
      if (part === undefined || (!isMarker && isApart(before, piece) && isEdge(part, piece))) parts.push([piece]);
      else part.push(piece);
    }
    return parts;
  });
}

function joinPieces(pieces: Piece[]): Line {
  const [only] = pieces;
  if (only !== undefined && pieces.length === 1) {
    const { x, y, width, height, size, bold, fixedWidth } = only;
    const boldThroughout = bold || !hasWord(only);
    return { x, y, width, height, pieces, text: joinText(pieces, textOf), size, bold, boldThroughout, fixedWidth };
  }
  let [all, bold, fixedWidth] = [0, 0, 0];
  const sizes = new Map<number, number>();
  for (const piece of pieces) {
    const { length } = piece.text;
    all += length;
    if (piece.bold) bold += length;
    if (piece.fixedWidth) fixedWidth += length;
    sizes.set(piece.size, (sizes.get(piece.size) ?? 0) + length);
  }
  const [commonest] = [...sizes].reduce((best, entry) => (entry[1] > best[1] ? entry : best), [0, -1]);
  const { x, y, width, height } = union(pieces);
  return {
    x,
    y,
    width,
    height,
    pieces,
    text: joinText(pieces, textOf),
    size: commonest,
    bold: bold * 2 > all,
    boldThroughout: pieces.every((piece) => piece.bold || !hasWord(piece)),
    fixedWidth: fixedWidth * 2 > all,
  };
}

function hasWord({ text }: Piece): boolean {
  return /[\p{L}\d]/u.test(text);
}

function textOf({ text }: Piece): string {
  return text;
}

/**
 * Joins the text of pieces that stand side by side, with spaces where there are gaps. Engines give right-to-left text
 * in logical order inside a piece; only the order of the pieces is reversed here.
 */
export function joinText(pieces: Piece[], textOf: (piece: Piece) => string): string {
  const ordered = isRightToLeft(pieces.map(({ text }) => text).join('')) ? [...pieces].reverse() : pieces;
  const parts: string[] = [];
  let before: Piece | null = null;
  for (const piece of ordered) {
    if (before !== null && !isSpaced(before, piece) && isApart(before, piece)) parts.push(' ');
    parts.push(textOf(piece));
    before = piece;
  }
  const text = parts.join('').trim();
  // Between their words, such letters have gaps that separate pieces.
  if (hasSpacedLetters(text)) return ordered.map((piece) => textOf(piece).replaceAll(' ', '')).join(' ');
  return text.replace(leaders, (dots) => dots.replaceAll(' ', ''));
}

function isSpaced(before: Piece, after: Piece): boolean {
  return /\s$/.test(before.text) || /^\s/.test(after.text);
}

/** Reports whether there is a space between pieces that stand side by side: as a character, or as a gap. */
export function isApart(before: Piece, after: Piece): boolean {
  const gap = Math.max(after.x - right(before), before.x - right(after));
  return isSpaced(before, after) || gap > lineSettings.wordGap * Math.min(before.size, after.size);
}

/** Dots that lead from an entry of a table of contents to its page number. */
const leaders = /\.(?: ?\.){3,}/g;
