import { z } from 'zod';
import { safeFilename } from '../connections/filename.ts';
import { isReadableDate } from '../pdf/content/pdf-date.ts';
import type { DocumentFacts, Link, PageDetails, PageFailureCode } from '../pdf/model/document.ts';
import type { StoredImages } from './pages.ts';

/** Columns read back: this checks what the compiler cannot know of them, and fills in what an older version did not write. */

const text = z.string().nullable().default(null);
/** Null for a date that cannot be sent, which earlier versions stored. */
const date = text.transform((stored) => (stored !== null && isReadableDate(stored) ? stored : null));

const links: z.ZodType<Link[]> = z.array(
  z.object({ text, url: text, pageNumber: z.number().nullable().default(null) }),
);

/** What is known of a completed job's document. */
export interface StoredDocument extends DocumentFacts {
  /** Where the attachments lie that are kept, one after the other; null if none is. */
  attachmentsKey: string | null;
}

const document: z.ZodType<StoredDocument> = z.object({
  pageCount: z.number(),
  metadata: z.object({
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
  }),
  outline: z.array(z.object({ title: z.string(), depth: z.number(), pageNumber: z.number().nullable() })),
  attachments: z
    .array(
      z.object({
        // One to show and to save under, whatever the document says.
        name: z.string().transform((name) => safeFilename(name) ?? 'unnamed'),
        description: text,
        bytes: z.number().nullable(),
        pageNumber: z.number().nullable().default(null),
        offset: z.number().nullable().default(null),
        omitted: z.enum(['TOO_LARGE', 'UNREADABLE']).nullable().default(null),
      }),
    )
    .default([]),
  attachmentsKey: text,
  fallback: z.enum(['NO_BINARY', 'CANNOT_OPEN', 'AVOIDED']).nullable().default(null),
  notices: z.array(z.enum(['DYNAMIC_FORM'])).default([]),
});

const box = { x: z.number(), y: z.number(), width: z.number(), height: z.number() };
const cell = z.object({ text: z.string(), columns: z.number(), rows: z.number() });

const details: z.ZodType<PageDetails> = z.object({
  engine: z.enum(['LITEPARSE', 'PDFJS']).nullable().default(null),
  fallback: z
    .enum(['UNREADABLE', 'NO_TEXT', 'GARBLED', 'FONT_BOXES', 'RIGHT_TO_LEFT', 'VERTICAL'])
    .nullable()
    .default(null),
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
  hidden: z
    .array(z.object({ reason: z.enum(['INVISIBLE', 'OFF_PAGE', 'TINY', 'SAME_COLOUR']), text: z.string() }))
    .default([]),
  annotations: z
    .array(z.object({ ...box, kind: z.string(), text, author: text, createdAt: date, modifiedAt: date }))
    .default([]),
  formFields: z
    .array(
      z.object({
        ...box,
        name: text,
        kind: z.enum(['TEXT', 'CHECKBOX', 'RADIO', 'CHOICE', 'BUTTON', 'SIGNATURE']),
        value: text,
        checked: z.boolean().nullable(),
        options: z.array(z.string()),
        readOnly: z.boolean(),
      }),
    )
    .default([]),
  blocks: z
    .array(
      z.object({
        ...box,
        kind: z.enum(['HEADING', 'PARAGRAPH', 'LIST_ITEM', 'FOOTNOTE', 'CODE', 'TABLE']),
        text: z.string(),
        level: z.number().nullable(),
        rows: z.array(z.array(cell)).nullable(),
      }),
    )
    .default([]),
});

const imagePart = z.object({ offset: z.number(), bytes: z.number(), width: z.number(), height: z.number() }).nullable();

const images: z.ZodType<StoredImages> = z.object({
  key: z.string().nullable(),
  format: z.enum(['PNG', 'JPEG', 'WEBP']),
  thumbnail: imagePart,
  image: imagePart,
  failure: z.enum(['CANNOT_RENDER', 'GIVEN_UP']).nullable(),
});

/** The `images` column of a page; null if none were asked for. */
export function storedImages(value: unknown): StoredImages | null {
  return value === null ? null : images.parse(value);
}

const failure: z.ZodType<PageFailureCode | null> = z.enum(['DAMAGED']).nullable();

/** The `failure` column of a page; null for a page that was read. */
export function storedFailure(value: unknown): PageFailureCode | null {
  return failure.parse(value);
}

/** The `links` column of a page. */
export function storedLinks(value: unknown): Link[] {
  return links.parse(value);
}

const known = new WeakMap<object, PageDetails>();

/** The `details` column of a page: looked at once, however many fields are made of it. */
export function storedDetails(value: unknown): PageDetails {
  if (typeof value !== 'object' || value === null) return details.parse(value);
  const found = known.get(value) ?? details.parse(value);
  known.set(value, found);
  return found;
}

/** The `document` column of a completed job. */
export function storedDocument(value: unknown): StoredDocument {
  return document.parse(value);
}
