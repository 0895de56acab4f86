import { isRightToLeft } from './text-direction.ts';

/** A run of text as an engine found it, in points from the top left of the page as displayed. */
export interface TextPiece {
  text: string;
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface TextLine extends TextPiece {
  /** True where a column or a full-width stretch begins: never joined to the line before. */
  startsRegion: boolean;
}

/** Gaps wider than this, in heights of the text, separate columns or cells; narrower ones are spaces between words. */
const cellGap = 1.1;
const wordGap = 0.12;

/**
 * Puts pieces in reading order: rows from top to bottom, but where the page is set in columns, one column after the
 * other. `columns` tells whether there were any.
 */
export function layOut(pieces: TextPiece[]): { lines: TextLine[]; columns: boolean } {
  const segments = toRows(pieces).flatMap(toSegments);
  const regions = splitColumns(segments);
  return { lines: regions.flatMap(toLines), columns: regions.some((region) => region.column) };
}

/** Pieces that share a baseline, more or less: more than half of the lower one's height overlaps. */
function toRows<Piece extends TextPiece>(pieces: Piece[]): Piece[][] {
  const rows: { top: number; bottom: number; pieces: Piece[] }[] = [];
  for (const piece of [...pieces].sort((a, b) => a.y - b.y || a.x - b.x)) {
    const row = rows.findLast(({ top, bottom }) => {
      const overlap = Math.min(bottom, piece.y + piece.height) - Math.max(top, piece.y);
      return overlap > 0.5 * Math.min(bottom - top, piece.height);
    });
    if (row === undefined) {
      rows.push({ top: piece.y, bottom: piece.y + piece.height, pieces: [piece] });
    } else {
      row.pieces.push(piece);
    }
  }
  return rows.map((row) => row.pieces);
}

function toSegments(row: TextPiece[]): TextPiece[] {
  const segments: TextPiece[][] = [];
  for (const piece of [...row].sort((a, b) => a.x - b.x)) {
    const before = segments.at(-1)?.at(-1);
    if (before !== undefined && gap(before, piece) < cellGap * Math.max(before.height, piece.height)) {
      segments.at(-1)?.push(piece);
    } else {
      segments.push([piece]);
    }
  }
  return segments.map(joinRow);
}

function gap(left: TextPiece, right: TextPiece): number {
  return right.x - (left.x + left.width);
}

/** One row as one piece. Engines give right-to-left text in logical order inside a piece; the pieces still need turning. */
function joinRow(row: TextPiece[]): TextPiece {
  const sorted = [...row].sort((a, b) => a.x - b.x);
  const ordered = isRightToLeft(row.map((piece) => piece.text).join('')) ? sorted.reverse() : sorted;
  let text = '';
  let before: TextPiece | null = null;
  for (const piece of ordered) {
    const [left, right] = before !== null && before.x <= piece.x ? [before, piece] : [piece, before ?? piece];
    const apart = before !== null && gap(left, right) > wordGap * Math.min(left.height, right.height);
    text += apart && !/\s$/.test(text) && !/^\s/.test(piece.text) ? ` ${piece.text}` : piece.text;
    before = piece;
  }
  const x = Math.min(...row.map((piece) => piece.x));
  const y = Math.min(...row.map((piece) => piece.y));
  return {
    text,
    x,
    y,
    width: Math.max(...row.map((piece) => piece.x + piece.width)) - x,
    height: Math.max(...row.map((piece) => piece.y + piece.height)) - y,
  };
}

interface Region {
  segments: TextPiece[];
  column: boolean;
}

/**
 * Looks for a gutter: an upright strip that few segments cross. Those that do (titles, wide figures) part the page into
 * bands, each read column by column, if what is on both sides reads like text and not like cells of a table.
 */
function splitColumns(segments: TextPiece[], inColumn = false): Region[] {
  const gutter = findGutter(segments);
  if (gutter === null) {
    return [{ segments, column: inColumn }];
  }
  const regions: Region[] = [];
  let band: TextPiece[] = [];
  const flush = () => {
    const left = band.filter((segment) => segment.x + segment.width <= gutter);
    const right = band.filter((segment) => segment.x >= gutter);
    if (isProse(left) && isProse(right)) {
      regions.push(...splitColumns(left, true), ...splitColumns(right, true));
    } else if (band.length > 0) {
      regions.push({ segments: band, column: inColumn });
    }
    band = [];
  };
  let crossing: TextPiece[] = [];
  for (const segment of [...segments].sort((a, b) => a.y - b.y)) {
    if (crosses(segment, gutter)) {
      flush();
      crossing.push(segment);
    } else {
      if (crossing.length > 0) {
        regions.push({ segments: crossing, column: inColumn });
        crossing = [];
      }
      band.push(segment);
    }
  }
  flush();
  if (crossing.length > 0) {
    regions.push({ segments: crossing, column: inColumn });
  }
  return regions;
}

function crosses(segment: TextPiece, x: number): boolean {
  return segment.x < x && segment.x + segment.width > x;
}

const gutterSteps = 120;

function findGutter(segments: TextPiece[]): number | null {
  if (segments.length < 8) {
    return null;
  }
  const start = Math.min(...segments.map(({ x }) => x));
  const width = Math.max(...segments.map((segment) => segment.x + segment.width)) - start;
  let best: { x: number; crossing: number } | null = null;
  for (let step = Math.round(gutterSteps * 0.2); step <= gutterSteps * 0.8; step += 1) {
    const x = start + (width * step) / gutterSteps;
    const crossing = segments.filter((segment) => crosses(segment, x)).length;
    const left = segments.filter((segment) => segment.x + segment.width <= x).length;
    const right = segments.length - crossing - left;
    const fits = crossing * 3 <= segments.length && left * 5 >= segments.length && right * 5 >= segments.length;
    if (fits && (best === null || crossing < best.crossing)) {
      best = { x, crossing };
    }
  }
  return best?.x ?? null;
}

/** Lines of text fill their column; cells of a table are short or ragged. */
function isProse(segments: TextPiece[]): boolean {
  if (segments.length < 4) {
    return false;
  }
  const widest = Math.max(...segments.map(({ width }) => width));
  const full = segments.filter(({ width, text }) => width > 0.6 * widest && text.length >= 15);
  return countCharacters(full) * 10 >= countCharacters(segments) * 6;
}

function countCharacters(segments: TextPiece[]): number {
  return segments.reduce((sum, { text }) => sum + text.length, 0);
}

function toLines({ segments }: Region): TextLine[] {
  return toRows(segments).map((row, index) => ({ ...joinRow(row), startsRegion: index === 0 }));
}
