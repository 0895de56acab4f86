import type { PaintedPiece } from './piece.ts';

/** Why a reader does not see a text. */
export type HiddenReason = 'INVISIBLE' | 'OFF_PAGE' | 'TINY' | 'SAME_COLOUR';

export interface HiddenText {
  reason: HiddenReason;
  text: string;
}

/** A piece that readers do not see. */
export interface HiddenPiece {
  reason: HiddenReason;
  piece: PaintedPiece;
}
