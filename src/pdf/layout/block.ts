import type { Box } from '../model/box.ts';
import type { Piece } from '../model/piece.ts';
import type { Cell } from '../model/table.ts';
import type { Line } from './lines.ts';

/** A part of a page. */
export type Block =
  /**
   * `size` is that of its type; null for a heading that is only bold. Its level depends on the other headings of the
   * document.
   */
  | { kind: 'HEADING'; box: Box; size: number | null; lines: Line[] }
  | { kind: 'PARAGRAPH' | 'CODE'; box: Box; lines: Line[] }
  | { kind: 'LIST_ITEM'; box: Box; marker: string; lines: Line[] }
  /** `label` is its label in Markdown. */
  | { kind: 'FOOTNOTE'; box: Box; marker: string; label: string; lines: Line[] }
  /** `pieces` are the text that stands in its cells. */
  | { kind: 'TABLE'; box: Box; rows: Cell[][]; pieces: Set<Piece> };

/** Returns the size of a heading that stands out by its size; empty for any other block. */
export function sizesOfHeading(block: Block): number[] {
  return block.kind === 'HEADING' && block.size !== null ? [block.size] : [];
}
