import { z } from 'zod';
import { safeFilename } from '../connections/filename.ts';
import { isReadableDate } from '../pdf/content/pdf-date.ts';
import type {
  Annotation,
  Attachment,
  DocumentFacts,
  DocumentMetadata,
  FormField,
  Link,
  OutlineItem,
  PageBlock,
  PageDetails,
  PageFailureCode,
} from '../pdf/model/document.ts';
import type { HiddenText } from '../pdf/model/hidden-text.ts';
import type { StoredImages } from './pages.ts';

// Reads JSON columns and parts of them. Validates their shape, and adds defaults for fields that older versions did not
// write.

const text = z.string().nullable().default(null);
/** Null for unreadable dates, which earlier versions stored. */
const date = text.transform((stored) => (stored !== null && isReadableDate(stored) ? stored : null));

/** Maps former names of values to current ones. */
function renamed(names: Record<string, string>): (value: unknown) => unknown {
  return (value) => (typeof value === 'string' ? (names[value] ?? value) : value);
}

const links: z.ZodType<Link[]> = z.array(
  z.object({ text, url: text, pageNumber: z.number().nullable().default(null) }),
);

/** The stored information about a completed job's document. */
export interface StoredDocument extends DocumentFacts {
  /** The storage key of all kept attachments, one after the other; null without kept attachments. */
  attachmentsKey: string | null;
}

/** Information about a document, without its lists and metadata. */
export type StoredDocumentFacts = Pick<StoredDocument, 'pageCount' | 'fallback' | 'notices'>;

const documentFacts = {
  pageCount: z.number(),
  // Earlier versions read pages with a native engine, which was missing on some machines.
  fallback: z.preprocess(
    renamed({ NO_BINARY: 'CANNOT_OPEN' }),
    z.enum(['CANNOT_OPEN', 'AVOIDED']).nullable().default(null),
  ),
  notices: z.array(z.enum(['DYNAMIC_FORM'])).default([]),
};

const metadata: z.ZodType<DocumentMetadata> = z.object({
  title: text,
  author: text,
  subject: text,
  keywords: text,
  creator: text,
  producer: text,
  createdAt: date,
  modifiedAt: date,
  pdfVersion: text,
  tagged: z.boolean().default(false),
  encrypted: z.boolean().default(false),
  permissions: z
    .object({
      print: z.boolean(),
      printHighQuality: z.boolean(),
      modify: z.boolean(),
      copy: z.boolean(),
      annotate: z.boolean(),
      fillForms: z.boolean(),
      assemble: z.boolean(),
    })
    .nullable()
    .default(null),
  language: text,
  xmp: text,
});

const outline: z.ZodType<OutlineItem[]> = z.array(
  z.object({ title: z.string(), depth: z.number(), pageNumber: z.number().nullable() }),
);

const attachments: z.ZodType<Attachment[]> = z.array(
  z.object({
    // The name must be safe to display and to save under.
    name: z.string().transform((name) => safeFilename(name) ?? 'unnamed'),
    description: text,
    bytes: z.number().nullable(),
    pageNumber: z.number().nullable().default(null),
    offset: z.number().nullable().default(null),
    omitted: z.enum(['TOO_LARGE', 'UNREADABLE']).nullable().default(null),
  }),
);

const document: z.ZodType<StoredDocument> = z.object({
  ...documentFacts,
  metadata,
  outline,
  attachments: attachments.default([]),
  attachmentsKey: text,
});

const box = { x: z.number(), y: z.number(), width: z.number(), height: z.number() };
const cell = z.object({ text: z.string(), columns: z.number(), rows: z.number() });

const hiddenReason = z.enum([
  'INVISIBLE',
  'TRANSPARENT',
  'OFF_PAGE',
  'CLIPPED',
  'TINY',
  'SAME_COLOUR',
  'COVERED',
  'LAYER_OFF',
]);

const hiddenTexts: z.ZodType<HiddenText[]> = z.array(z.object({ reason: hiddenReason, text: z.string() }));

const annotations: z.ZodType<Annotation[]> = z.array(
  z.object({ ...box, kind: z.string(), text, author: text, createdAt: date, modifiedAt: date }),
);

const formFields: z.ZodType<FormField[]> = z.array(
  z.object({
    ...box,
    name: text,
    kind: z.enum(['TEXT', 'CHECKBOX', 'RADIO', 'CHOICE', 'BUTTON', 'SIGNATURE']),
    value: text,
    checked: z.boolean().nullable(),
    options: z.array(z.string()),
    readOnly: z.boolean(),
  }),
);

const blocks: z.ZodType<PageBlock[]> = z.array(
  z.object({
    ...box,
    kind: z.enum(['HEADING', 'PARAGRAPH', 'LIST_ITEM', 'FOOTNOTE', 'CODE', 'TABLE']),
    text: z.string(),
    level: z.number().nullable(),
    rows: z.array(z.array(cell)).nullable(),
    confidence: z.number().nullable().default(null),
  }),
);

/** Information about a page, without its lists. */
export type PageFacts = Omit<PageDetails, 'hidden' | 'annotations' | 'formFields' | 'blocks'>;

const pageFacts = {
  engine: z.preprocess(renamed({ LITEPARSE: 'PDFIUM' }), z.enum(['PDFIUM', 'PDFJS']).nullable().default(null)),
  fallback: z.preprocess(
    renamed({ NO_TEXT: 'UNREADABLE', FONT_BOXES: 'GARBLED' }),
    z.enum(['UNREADABLE', 'GARBLED', 'RIGHT_TO_LEFT', 'VERTICAL', 'RARE_CHARACTERS']).nullable().default(null),
  ),
  ocrReason: z.enum(['SCANNED', 'DRAWN', 'GARBLED']).nullable().default(null),
  ocr: z
    .object({
      outcome: z.enum(['READ', 'NOTHING_FOUND', 'UNAVAILABLE']),
      languages: z.array(z.string()),
      confidence: z.number().nullable(),
    })
    .nullable()
    .default(null),
  language: text,
};

const details: z.ZodType<PageDetails> = z.object({
  ...pageFacts,
  hidden: hiddenTexts.default([]),
  annotations: annotations.default([]),
  formFields: formFields.default([]),
  blocks: blocks.default([]),
});

const imagePart = z.object({ offset: z.number(), bytes: z.number(), width: z.number(), height: z.number() }).nullable();

const images: z.ZodType<StoredImages> = z.object({
  key: z.string().nullable(),
  format: z.enum(['PNG', 'JPEG', 'WEBP']),
  thumbnail: imagePart,
  image: imagePart,
  failure: z.enum(['CANNOT_RENDER', 'GIVEN_UP']).nullable(),
});

/** The `images` column of a page; null if none were requested. */
export function storedImages(value: unknown): StoredImages | null {
  return value === null ? null : images.parse(value);
}

const failure: z.ZodType<PageFailureCode | null> = z
  .enum(['DAMAGED', 'TIME_LIMIT', 'MEMORY_LIMIT', 'CRASH'])
  .nullable();

/** The `failure` column of a page; null if the page was extracted. */
export function storedFailure(value: unknown): PageFailureCode | null {
  return failure.parse(value);
}

/** The `links` column of a page. */
export function storedLinks(value: unknown): Link[] {
  return links.parse(value);
}

/** The `details` column of a page. */
export function storedDetails(value: unknown): PageDetails {
  return details.parse(value);
}

/** The `document` column of a completed job. */
export function storedDocument(value: unknown): StoredDocument {
  return document.parse(value);
}

/** Schemas of parts that are read separately. */
export const stored = {
  documentFacts: z.object(documentFacts),
  metadata,
  outline,
  attachments,
  pageFacts: z.object(pageFacts),
  links,
  hiddenTexts,
  annotations,
  formFields,
  blocks,
};
