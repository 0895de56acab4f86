import type { Box } from './box.ts';
import type { HiddenText } from './hidden-text.ts';
import type { Cell } from './table.ts';

/** The document model: what all engines give. Plain data, so that it crosses processes as it is. */

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
  /** What the document allows; null where it doesn't restrict anything. */
  permissions: Permissions | null;
  /** As the document says, such as "en-GB". */
  language: string | null;
  /** The XMP packet; null where absent, or too long to keep. */
  xmp: string | null;
}

/** What the author of an encrypted document lets those do who open it without the owner's password. */
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
  /** As the document has it: not to be trusted as the name of a file. */
  name: string;
  description: string | null;
  /** Null where it cannot be read. */
  bytes: number | null;
  /** The page that it is pinned to, as an annotation; null if it belongs to the whole document. */
  pageNumber: number | null;
  /** Where its bytes begin in the file of all attachments; null if they are not kept. */
  offset: number | null;
  omitted: Omission | null;
}

/** Why the bytes of an attachment are not kept: they do not fit within the limit any more, or are damaged or elsewhere. */
export type Omission = 'TOO_LARGE' | 'UNREADABLE';

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
  attachments: Attachment[];
  /** Why PDFJS read the pages although AUTO prefers PDFIUM; null otherwise. */
  fallback: DocumentFallback | null;
  /** What a client should know about the whole result. */
  notices: DocumentNotice[];
}

/** DYNAMIC_FORM: the document is a dynamic XFA form, whose pages only a program that runs it can show. */
export type DocumentNotice = 'DYNAMIC_FORM';

/** PDFIUM cannot open the document, or is not to be used on it, as it crashed or failed before. */
export type DocumentFallback = 'CANNOT_OPEN' | 'AVOIDED';

/** A comment, a highlight, a stamp and the like: everything on a page but links and form fields. */
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
  /** The whole name, with those of its parents; null where it has none. */
  name: string | null;
  /** TEXT, CHECKBOX, RADIO, CHOICE, BUTTON or SIGNATURE. */
  kind: FormFieldKind;
  value: string | null;
  /** For boxes and radio buttons. */
  checked: boolean | null;
  /** What can be chosen. */
  options: string[];
  readOnly: boolean;
}

export type FormFieldKind = 'TEXT' | 'CHECKBOX' | 'RADIO' | 'CHOICE' | 'BUTTON' | 'SIGNATURE';

/** A part of a page as it is read, one after the other. */
export interface PageBlock extends Box {
  kind: BlockKind;
  text: string;
  /** Of a heading, from 1; null for others. */
  level: number | null;
  /** The cells of a table, row by row; null for others. */
  rows: Cell[][] | null;
}

export type BlockKind = 'HEADING' | 'PARAGRAPH' | 'LIST_ITEM' | 'FOOTNOTE' | 'CODE' | 'TABLE';

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
  details: PageDetails;
  /** Why no engine could read the page, which is empty then; null for a page that was read. */
  failure: PageFailureCode | null;
}

/** Why no engine could read a page. */
export type PageFailureCode = 'DAMAGED' | 'TIME_LIMIT' | 'MEMORY_LIMIT' | 'CRASH';

/** Why PDFJS read a page of a document that PDFIUM reads. */
export type Fallback = 'UNREADABLE' | 'GARBLED' | 'RIGHT_TO_LEFT' | 'VERTICAL' | 'RARE_CHARACTERS';

/** Why a page's text is not all that stands on it: it is a picture, its letters are drawn, or its fonts don't tell what they mean. */
export type OcrReason = 'SCANNED' | 'DRAWN' | 'GARBLED';

/** What OCR has made of a page that needs it. */
export interface PageOcr {
  outcome: OcrOutcome;
  /** The languages it looked for. */
  languages: string[];
  /** How sure it is of what it read, from 0 to 1: the mean over its characters. Null where it read nothing. */
  confidence: number | null;
}

/** It has read text; there is none that it can read; or it could not be done on this page. */
export type OcrOutcome = 'READ' | 'NOTHING_FOUND' | 'UNAVAILABLE';

/** What is known of a page beside its text. */
export interface PageDetails {
  /** Null for pages stored by versions that did not tell. */
  engine: EngineName | null;
  /** Why it isn't the engine that reads the document. */
  fallback: Fallback | null;
  /** Why there is more on the page than its own text says; null if there isn't. */
  ocrReason: OcrReason | null;
  /** Null where it was not asked for, or not needed. */
  ocr: PageOcr | null;
  /** A guess, such as "en"; null where there is too little to tell. */
  language: string | null;
  /** Text that readers don't see: left out of text and Markdown. */
  hidden: HiddenText[];
  annotations: Annotation[];
  formFields: FormField[];
  blocks: PageBlock[];
}

export type EngineName = 'PDFIUM' | 'PDFJS';

/** What works on a document: an engine that reads pages, or OCR. */
export type Tool = EngineName | 'OCR';
