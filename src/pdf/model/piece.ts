import type { Box } from './box.ts';

/** A run of text as found by an engine: one font, one colour, one line. */
export interface Piece extends Box {
  text: string;
  /** Type size, in points. */
  size: number;
  bold: boolean;
  /** Whether all characters of the font have the same width. */
  fixedWidth: boolean;
  /** How sure OCR is of it, from 0 to 1; absent for text of the page itself. */
  confidence?: number;
  /** The target of a link over it. */
  url?: string;
  /** The Markdown label of the footnote that it refers to, if it is a footnote reference. */
  note?: string;
}

/** A piece and how it is painted, if the engine reports that. */
export interface PaintedPiece extends Piece {
  /** Such as "#ffffff". */
  colour: string | null;
  /** Neither filled nor stroked. */
  invisible: boolean;
  /** The name of its font; null if it has none. */
  font: string | null;
  /** Whether it is not upright. */
  turned: boolean;
}
