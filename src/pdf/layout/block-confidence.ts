import type { Piece } from '../model/piece.ts';
import type { Cell } from '../model/table.ts';
import type { Block } from './block.ts';
import type { Typography } from './headings.ts';

/**
 * The share of blocks of each class that are right: kind and extent agree with pages that people have transcribed.
 * `npm run bench -- quality` prints how well these figures hold.
 */
const shareRight = {
  largeHeading: 0.78,
  heading: 0.67,
  boldHeading: 0.9,
  prose: 0.95,
  line: 0.95,
  fragment: 0.84,
  item: 0.97,
  note: 0.89,
  code: 0.83,
  fullTable: 0.95,
  table: 0.86,
  ocrText: 0.9,
};

/**
 * The power of OCR's confidence by which that of a block falls: a block is right only if all its words are, and the
 * words that OCR skips are not in its confidence.
 */
const ocrWeight = 3;

type BlockClass = keyof typeof shareRight;

/** Limits between the classes. */
const limits = {
  /** Size of a large heading, in sizes of the body text. */
  largeHeading: 1.5,
  /** Letters and digits of a paragraph that is running text, and of a line that is more than a fragment. */
  prose: 120,
  line: 30,
  /** Rows of a full table, at least, and the share of its places that have text. */
  rows: 3,
  filled: 0.9,
};

/**
 * Returns how sure the layout is of the kind and extent of a block, from 0 to 1. For text of OCR, it falls with OCR's
 * mean confidence in its characters.
 */
export function blockConfidence(block: Block, typography: Typography): number {
  const ocr = ocrConfidence(block.kind === 'TABLE' ? block.pieces : block.lines.flatMap(({ pieces }) => pieces));
  return Math.round(shareRight[classOf(block, typography, ocr !== null)] * (ocr ?? 1) ** ocrWeight * 1000) / 1000;
}

function classOf(block: Block, { body }: Typography, isOcr: boolean): BlockClass {
  if (block.kind === 'TABLE') return isFull(block.rows) ? 'fullTable' : 'table';
  if (block.kind === 'HEADING') {
    if (block.size === null) return 'boldHeading';
    return block.size >= limits.largeHeading * body ? 'largeHeading' : 'heading';
  }
  if (isOcr) return 'ocrText';
  if (block.kind === 'LIST_ITEM') return 'item';
  if (block.kind === 'FOOTNOTE') return 'note';
  if (block.kind === 'CODE') return 'code';
  const letters = block.lines.reduce((sum, { text }) => sum + (text.match(/[\p{L}\p{N}]/gu)?.length ?? 0), 0);
  return letters >= limits.prose ? 'prose' : letters >= limits.line ? 'line' : 'fragment';
}

/** Whether a table has several rows, no spanning cells, and text in nearly all of its cells. */
function isFull(rows: Cell[][]): boolean {
  const cells = rows.flat();
  const filled = cells.filter(({ text }) => text !== '').length;
  const isPlain = cells.every(({ columns, rows: height }) => columns === 1 && height === 1);
  return rows.length >= limits.rows && isPlain && filled >= limits.filled * cells.length;
}

/** Returns the mean confidence of OCR over the characters that it has read; null if it has read none of them. */
function ocrConfidence(pieces: Iterable<Piece>): number | null {
  let [characters, sum] = [0, 0];
  for (const { text, confidence } of pieces) {
    if (confidence === undefined) continue;
    characters += text.length;
    sum += text.length * confidence;
  }
  return characters === 0 ? null : sum / characters;
}
