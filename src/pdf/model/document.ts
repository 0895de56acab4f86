import type { Box } from './box.ts';
import type { HiddenText } from './hidden-text.ts';
import type { Cell } from './table.ts';

/** The document model: the output of all engines. Plain data, so that it can be sent between processes. */

export interface DocumentMetadata {
  title: string | null;
  author: string | null;
  subject: string | null;
  keywords: string | null;
  creator: string | null;
  producer: string | null;
  /** ISO 8601; null if absent or not a date. */
  createdAt: string | null;
  modifiedAt: string | null;
  /** Such as "1.7". */
  pdfVersion: string | null;
  tagged: boolean;
  encrypted: boolean;
  /** What the document permits; null if it restricts nothing. */
  permissions: Permissions | null;
  /** As stated by the document, such as "en-GB". */
  language: string | null;
  /** The XMP packet; null if absent, or too long to keep. */
  xmp: string | null;
}

/** What the author of an encrypted document permits without the owner password. */
export interface Permissions {
  print: boolean;
  printHighQuality: boolean;
  modify: boolean;
  copy: boolean;
  annotate: boolean;
  fillForms: boolean;
  assemble: boolean;
}

/** A file inside the document. */
export interface Attachment {
  /** The name in the document: do not use it as a file name unchecked. */
  name: string;
  description: string | null;
  /** Null if it cannot be read. */
  bytes: number | null;
  /** The page to which it is attached by an annotation; null if it belongs to the whole document. */
  pageNumber: number | null;
  /** Position of its bytes in the file of all attachments; null if they are not stored. */
  offset: number | null;
  omitted: Omission | null;
}

/** Why an attachment is not stored: it no longer fits within the limit, is damaged, or is elsewhere. */
export type Omission = 'TOO_LARGE' | 'UNREADABLE';

/** One entry of the bookmarks, in reading order. */
export interface OutlineItem {
  title: string;
  /** 0 for the top level. */
  depth: number;
  /** 1-based; null if the target is not a page of this document. */
  pageNumber: number | null;
}

/** Facts about the whole document, known once it is open. */
export interface DocumentFacts {
  /** Number of pages of the document, including those that were not requested. */
  pageCount: number;
  metadata: DocumentMetadata;
  outline: OutlineItem[];
  attachments: Attachment[];
  /** Why PDFJS read the pages although AUTO prefers PDFIUM; null otherwise. */
  fallback: DocumentFallback | null;
  /** Notices about the whole result, for clients. */
  notices: DocumentNotice[];
}

/** DYNAMIC_FORM: the document is a dynamic XFA form, and only programs that run XFA show its pages. */
export type DocumentNotice = 'DYNAMIC_FORM';

/** PDFIUM cannot open the document, or is avoided because it crashed or failed on it before. */
export type DocumentFallback = 'CANNOT_OPEN' | 'AVOIDED';

/** A comment, a highlight, a stamp and the like: everything on a page except links and form fields. */
export interface Annotation extends Box {
  /** Such as "Highlight" or "Text". */
  kind: string;
  text: string | null;
  author: string | null;
  /** ISO 8601. */
  createdAt: string | null;
  modifiedAt: string | null;
}

export interface FormField extends Box {
  /** The full name, including those of its parents; null if it has none. */
  name: string | null;
  /** TEXT, CHECKBOX, RADIO, CHOICE, BUTTON or SIGNATURE. */
  kind: FormFieldKind;
  value: string | null;
  /** For boxes and radio buttons. */
  checked: boolean | null;
  /** The options to choose from. */
  options: string[];
  readOnly: boolean;
}

export type FormFieldKind = 'TEXT' | 'CHECKBOX' | 'RADIO' | 'CHOICE' | 'BUTTON' | 'SIGNATURE';

/** A part of a page, in reading order. */
export interface PageBlock extends Box {
  kind: BlockKind;
  text: string;
  /** The level of a heading, from 1; null for others. */
  level: number | null;
  /** The cells of a table, row by row; null for others. */
  rows: Cell[][] | null;
  /** How sure the layout is of its kind and extent, from 0 to 1; null for blocks of versions that did not state it. */
  confidence: number | null;
}

export type BlockKind = 'HEADING' | 'PARAGRAPH' | 'LIST_ITEM' | 'FOOTNOTE' | 'CODE' | 'TABLE';

export interface Link {
  /** The text under the link, if known. */
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
  /** The page number that PDF readers show, such as "iv"; null if the document defines no labels. */
  label: string | null;
  width: number;
  height: number;
  /** Clockwise: 0, 90, 180 or 270. */
  rotation: number;
  text: string;
  markdown: string;
  links: Link[];
  details: PageDetails;
  /** Why no engine could read the page, which is then empty; null for a page that was read. */
  failure: PageFailureCode | null;
}

/** Why no engine could read a page. */
export type PageFailureCode = 'DAMAGED' | 'TIME_LIMIT' | 'MEMORY_LIMIT' | 'CRASH';

/** Why PDFJS read a page of a document that PDFIUM reads. */
export type Fallback = 'UNREADABLE' | 'GARBLED' | 'RIGHT_TO_LEFT' | 'VERTICAL' | 'RARE_CHARACTERS';

/**
 * Why a page shows more than its text: it is a picture, its letters are drawn, or its fonts do not map to characters.
 */
export type OcrReason = 'SCANNED' | 'DRAWN' | 'GARBLED';

/** The result of OCR on a page that needs it. */
export interface PageOcr {
  outcome: OcrOutcome;
  /** The requested languages. */
  languages: string[];
  /** The confidence of OCR, from 0 to 1: the mean over its characters. Null if it read nothing. */
  confidence: number | null;
}

/** OCR has read text, has found none that it can read, or was impossible on this page. */
export type OcrOutcome = 'READ' | 'NOTHING_FOUND' | 'UNAVAILABLE';

/** Facts about a page besides its text. */
export interface PageDetails {
  /** Null for pages stored by versions that did not record it. */
  engine: EngineName | null;
  /** Why it is not the engine of the document. */
  fallback: Fallback | null;
  /** Why the page shows more than its own text; null if it does not. */
  ocrReason: OcrReason | null;
  /** Null if OCR was not requested or not needed. */
  ocr: PageOcr | null;
  /** A guess, such as "en"; null if there is too little text. */
  language: string | null;
  /** Text that readers do not see, omitted from text and Markdown. */
  hidden: HiddenText[];
  annotations: Annotation[];
  formFields: FormField[];
  blocks: PageBlock[];
}

export type EngineName = 'PDFIUM' | 'PDFJS';

/** A tool that processes documents: an engine that reads pages, or OCR. */
export type Tool = EngineName | 'OCR';
