import { z } from 'zod';
import type { DocumentFacts, Link } from '../pdf/document.ts';

/** JSON columns, read back: what the compiler cannot know of them is checked here, and what an older version did not write has a default. */

const text = z.string().nullable().default(null);

const links: z.ZodType<Link[]> = z.array(
  z.object({ text, url: text, pageNumber: z.number().nullable().default(null) }),
);

const document: z.ZodType<DocumentFacts> = z.object({
  pageCount: z.number(),
  metadata: z.object({
    title: text,
    author: text,
    subject: text,
    keywords: text,
    creator: text,
    producer: text,
    createdAt: text,
    modifiedAt: text,
    pdfVersion: text,
    tagged: z.boolean().default(false),
    encrypted: z.boolean().default(false),
  }),
  outline: z.array(z.object({ title: z.string(), depth: z.number(), pageNumber: z.number().nullable() })),
});

/** The `links` column of a page. */
export function storedLinks(value: unknown): Link[] {
  return links.parse(value);
}

/** The `document` column of a completed job. */
export function storedDocument(value: unknown): DocumentFacts {
  return document.parse(value);
}
