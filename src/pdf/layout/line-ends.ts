import { right, sameRow } from '../model/box.ts';
import type { Piece } from '../model/piece.ts';

/** Thresholds of lines that end on purpose and not at the edge of the text. Distances are in sizes of the type. */
export const lineEndSettings = {
  /** Minimum number of lines: with fewer, the width of the text is not known well. */
  minLines: 3,
  /** Minimum share of the line ends after which the next word would have had room. */
  share: 0.5,
  /** Room that must be left beside that word: a space, and what justified text may squeeze. */
  room: 0.8,
};

/**
 * Returns the lines of a paragraph one by one if they are kept apart on purpose, as in addresses, receipts and verses:
 * in most of them, the first word of the next line would have had room, while running text breaks only where it has
 * none. Returns null for running text. What stands side by side is one line.
 */
export function linesKeptApart<Found extends Piece>(lines: Found[]): Found[][] | null {
  const { minLines, share, room } = lineEndSettings;
  if (lines.length < minLines || lines.some((line, index) => index > 0 && startsSmall(line))) return null;
  const rows: Found[][] = [];
  for (const line of lines) {
    const before = rows.at(-1)?.at(-1);
    if (before !== undefined && sameRow(before, line)) rows.at(-1)?.push(line);
    else rows.push([line]);
  }
  if (rows.length < minLines || areSentences(rows)) return null;
  const edges = rows.map((row) => Math.max(...row.map(right)));
  const edge = Math.max(...edges);
  const early = rows.slice(1).filter(([first], index) => {
    const end = edges[index];
    return first !== undefined && end !== undefined && end + firstWordWidth(first) + room * first.size <= edge;
  });
  return early.length >= share * (rows.length - 1) ? rows : null;
}

/** Reports whether a line continues a sentence. Most running text has such a line, so this is asked first. */
function startsSmall({ text }: Piece): boolean {
  return /^\p{Ll}/u.test(text);
}

/** Reports whether lines end with a full stop. */
function areSentences(rows: Piece[][]): boolean {
  const ends = rows.filter((row) => /[.!?]\S{0,3}$/.test(row.at(-1)?.text.trim() ?? ''));
  return ends.length * 2 >= rows.length;
}

/** Returns the width of the first word of a line. */
export function firstWordWidth({ text, width }: Piece): number {
  return (width * (/^\S+/.exec(text)?.[0].length ?? 0)) / Math.max(1, text.length);
}
