import type { Box, Size } from './box.ts';
import type { Annotation, EngineName, Fallback, FormField, OcrReason, PageOcr } from './document.ts';
import type { HiddenPiece } from './hidden-text.ts';
import type { PlacedLink } from './link.ts';
import type { PageContent } from './page-content.ts';
import type { PaintedPiece } from './piece.ts';

/** A page as an engine read it, before anything is made of it. */
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
  /** The content is that of the displayed page turned clockwise by this, so that most of its text runs upright. */
  turn: Turn;
  links: PlacedLink[];
  annotations: Annotation[];
  formFields: FormField[];
  /** Text that readers do not see; it is not among the pieces. */
  hidden: HiddenPiece[];
  /** Places of pictures. */
  images: Box[];
  /** Reasons to ask another engine. */
  doubts: Doubts;
  /** What a page of few words shows instead; null if it is nothing that OCR could read. */
  look: 'SCANNED' | 'DRAWN' | null;
  /** Why OCR was to read it and what came of that, once it was tried. */
  ocr: { reason: OcrReason; found: PageOcr } | null;
  /** Which engine read it. */
  engine: EngineName;
  /** Why it was not the document's own engine. */
  fallback: Fallback | null;
}

/** Degrees clockwise. */
export type Turn = 0 | 90 | 180 | 270;

/** What an engine is not sure of on a page. */
export interface Doubts {
  /** Share of the characters whose meaning it does not know, from 0 to 1. */
  unmapped: number;
  /** Share of the characters that stand below one another, from 0 to 1. */
  vertical: number;
  /** There are characters that it may have taken for others, as theirs are beyond the basic plane of Unicode. */
  beyondPlane: boolean;
  /** There are ideographs that its tables of characters do not have: it has read others in their place. */
  hasUnknownIdeographs: boolean;
}

/** An engine that is sure. */
export const noDoubts: Doubts = { unmapped: 0, vertical: 0, beyondPlane: false, hasUnknownIdeographs: false };
