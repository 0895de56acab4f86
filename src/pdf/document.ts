/** The document model: what both engines give, whatever they are. Plain data, so that it crosses processes as it is. */

export interface DocumentMetadata {
  title: string | null;
  author: string | null;
  subject: string | null;
  keywords: string | null;
  creator: string | null;
  producer: string | null;
  /** ISO 8601; null where absent or not a date. */
  createdAt: string | null;
  modifiedAt: string | null;
  /** Such as "1.7". */
  pdfVersion: string | null;
  tagged: boolean;
  encrypted: boolean;
}

/** One entry of the bookmarks, in reading order. */
export interface OutlineItem {
  title: string;
  /** 0 for the top level. */
  depth: number;
  /** 1-based; null where the target is no page of this document. */
  pageNumber: number | null;
}

/** What is known of the whole document once it is open. */
export interface DocumentFacts {
  /** Pages of the document, whichever of them were asked for. */
  pageCount: number;
  metadata: DocumentMetadata;
  outline: OutlineItem[];
}

export interface Link {
  /** The text under the link, where known. */
  text: string | null;
  /** An external target; null for links inside the document. */
  url: string | null;
  /** 1-based target page inside the document; null for external links. */
  pageNumber: number | null;
}

/** A page in points (1/72 inch), its size as displayed: after rotation. */
export interface ExtractedPage {
  /** 1-based. */
  number: number;
  /** What a reader shows as page number, such as "iv"; null where the document defines no labels. */
  label: string | null;
  width: number;
  height: number;
  /** Clockwise: 0, 90, 180 or 270. */
  rotation: number;
  text: string;
  markdown: string;
  links: Link[];
}

export type EngineName = 'LITEPARSE' | 'PDFJS';
