import type { Box } from './box.ts';
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
  /** Text of pictures that stand beside the text of the page. */
  pictures: PictureText[];
}

/** The text of a picture as OCR read it, at its place on the page. */
export interface PictureText {
  box: Box;
  pieces: Piece[];
  rules: Rules;
}
