import type { Box } from '../model/box.ts';
import type { Cell } from '../model/table.ts';
import type { Line } from './lines.ts';

/** What a page is made of, in reading order. */
export type Block =
  /** `size` of its type, where that makes it one: what level that is, only all headings of the document tell. */
  | { kind: 'HEADING'; box: Box; size: number | null; lines: Line[] }
  | { kind: 'PARAGRAPH' | 'CODE'; box: Box; lines: Line[] }
  | { kind: 'LIST_ITEM'; box: Box; marker: string; lines: Line[] }
  /** `label` is its name in Markdown. */
  | { kind: 'FOOTNOTE'; box: Box; marker: string; label: string; lines: Line[] }
  | { kind: 'TABLE'; box: Box; rows: Cell[][] };

/** Of type that stands out; none of those that are no headings, or only bold ones. */
export function sizesOfHeading(block: Block): number[] {
  return block.kind === 'HEADING' && block.size !== null ? [block.size] : [];
}
