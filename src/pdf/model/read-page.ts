import type { Box } from './box.ts';
import type { Annotation, EngineName, Fallback, FormField, OcrReason, PageOcr } from './document.ts';
import type { HiddenPiece } from './hidden-text.ts';
import type { PlacedLink } from './link.ts';
import type { PageContent } from './page-content.ts';

/** A page as an engine read it, before we make anything of it. */
export interface ReadPage extends PageContent {
  pieces: HiddenPiece['piece'][];
  turned: HiddenPiece['piece'][];
  /** 1-based. */
  number: number;
  label: string | null;
  /** Clockwise: 0, 90, 180 or 270. */
  rotation: number;
  /** The size as displayed; the content's own is that of the page turned so that most of its text runs upright. */
  shown: { width: number; height: number };
  links: PlacedLink[];
  annotations: Annotation[];
  formFields: FormField[];
  /** What readers don't see; it is not among the pieces. */
  hidden: HiddenPiece[];
  /** Where pictures are; with LiteParse only where text may be hidden, and not those that fill the page. */
  images: Box[];
  /** Something goes far beyond the page, so there may be text out there. */
  bleeds: boolean;
  /** How much of the text has boxes far higher than its type, from 0 to 1. */
  tallShare: number;
  /** What a closer look at a page of few words found; null if it found nothing, or there was no look. */
  look: 'SCANNED' | 'DRAWN' | null;
  /** Why OCR was to read it and what came of that, once it was tried. */
  ocr: { reason: OcrReason; found: PageOcr } | null;
  /** Which engine read it. */
  engine: EngineName;
  /** Why it wasn't the document's own engine. */
  fallback: Fallback | null;
}
