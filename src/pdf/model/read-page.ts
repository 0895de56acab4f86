import type { Box, Size } from './box.ts';
import type { Annotation, EngineName, Fallback, FormField, OcrReason, PageOcr } from './document.ts';
import type { HiddenPiece } from './hidden-text.ts';
import type { PlacedLink } from './link.ts';
import type { PageContent } from './page-content.ts';
import type { PaintedPiece } from './piece.ts';

/** A page as an engine read it, before further processing. */
export interface ReadPage extends PageContent {
  pieces: PaintedPiece[];
  turned: PaintedPiece[];
  /** 1-based. */
  number: number;
  label: string | null;
  /** Clockwise: 0, 90, 180 or 270. */
  rotation: number;
  /** The size as displayed. */
  shown: Size;
  /** The content belongs to the displayed page turned clockwise by this angle, so that most of its text is upright. */
  turn: Turn;
  links: PlacedLink[];
  annotations: Annotation[];
  formFields: FormField[];
  /** Text that readers do not see. It is not among the pieces. */
  hidden: HiddenPiece[];
  /** Boxes of the pictures. */
  images: Box[];
  /** Reasons to consult another engine. */
  doubts: Doubts;
  /** What a page with few words shows instead; null if OCR could not read it. */
  look: 'SCANNED' | 'DRAWN' | null;
  /** Why the page needs OCR, null if only its pictures do, and the result, once OCR was tried. */
  ocr: { reason: OcrReason | null; found: PageOcr } | null;
  /** The engine that read it. */
  engine: EngineName;
  /** Why it was not the engine of the document. */
  fallback: Fallback | null;
}

/** Degrees clockwise. */
export type Turn = 0 | 90 | 180 | 270;

/** An engine's doubts about its result for a page. */
export interface Doubts {
  /** Share of the characters without a known meaning, from 0 to 1. */
  unmapped: number;
  /** Share of the characters that are set below one another, from 0 to 1. */
  vertical: number;
  /** Whether characters beyond the basic plane of Unicode may have been misread. */
  beyondPlane: boolean;
  /**
   * Whether the page has ideographs that the engine's character tables lack, so that it has read other characters
   * instead.
   */
  hasUnknownIdeographs: boolean;
}

/** No doubts. */
export const noDoubts: Doubts = { unmapped: 0, vertical: 0, beyondPlane: false, hasUnknownIdeographs: false };
