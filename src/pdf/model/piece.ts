import type { Box } from './box.ts';

/** A run of text as an engine found it: one font, one colour, one line. */
export interface Piece extends Box {
  text: string;
  /** Type size, in points. */
  size: number;
  bold: boolean;
  /** All characters of the font are equally wide. */
  fixedWidth: boolean;
  /** The target of a link over it. */
  url?: string;
  /** The Markdown label of the footnote that it refers to, if it is the number of one. */
  note?: string;
}

/** A piece with how it is painted, where the engine reports that. */
export interface PaintedPiece extends Piece {
  /** Such as "#ffffff". */
  colour: string | null;
  /** Neither filled nor stroked. */
  invisible: boolean;
  /** The name of its font; null where it has none. */
  font: string | null;
  /** It does not run upright. */
  turned: boolean;
}
