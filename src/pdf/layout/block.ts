import type { Line } from './lines.ts';
import type { Box } from './piece.ts';

/** One cell as it stands in its row; it may reach over several columns and rows. */
export interface Cell {
  text: string;
  columns: number;
  rows: number;
}

/** What a page is made of, in reading order. */
export type Block =
  | { kind: 'HEADING'; box: Box; level: number; lines: Line[] }
  | { kind: 'PARAGRAPH' | 'CODE'; box: Box; lines: Line[] }
  | { kind: 'LIST_ITEM'; box: Box; marker: string; lines: Line[] }
  /** `label` is its name in Markdown. */
  | { kind: 'FOOTNOTE'; box: Box; marker: string; label: string; lines: Line[] }
  | { kind: 'TABLE'; box: Box; rows: Cell[][] };
