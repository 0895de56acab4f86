import type { PaintedPiece } from './piece.ts';

/** Why a reader does not see a text. */
export type HiddenReason =
  /** Neither filled nor stroked. */
  | 'INVISIBLE'
  /** Filled, but fully transparent, or through a mask that leaves nothing. */
  | 'TRANSPARENT'
  /** Beyond the edges of the page. */
  | 'OFF_PAGE'
  /** Outside its clipping path. */
  | 'CLIPPED'
  /** Type too small to read. */
  | 'TINY'
  /** In the colour of everything under it. */
  | 'SAME_COLOUR'
  /** Something opaque is painted over it. */
  | 'COVERED'
  /** In a layer that viewers do not show by default. */
  | 'LAYER_OFF';

export interface HiddenText {
  reason: HiddenReason;
  text: string;
}

/** A piece that readers do not see. */
export interface HiddenPiece {
  reason: HiddenReason;
  piece: PaintedPiece;
}
