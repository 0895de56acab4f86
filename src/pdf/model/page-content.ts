import type { Rules, Shape } from './drawing.ts';
import type { Piece } from './piece.ts';
import type { Table } from './table.ts';

/** The content of a page as an engine found it, in points from the top left of the page as displayed. */
export interface PageContent {
  width: number;
  height: number;
  /** Upright text. */
  pieces: Piece[];
  /** Other text: labels of axes, notes along the margin. */
  turned: Piece[];
  rules: Rules;
  /** Filled paths. */
  shapes: Shape[];
  /** Tables that OCR found. */
  tables: Table[];
}
