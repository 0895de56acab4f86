import { z } from 'zod';
import type { Attachment, DocumentMetadata, OutlineItem } from '../pdf/model/document.ts';
import { type Content, type ContentList, maxJsonBytes, maxTextBytes, rawSize } from './content.ts';
import type { PageColumn } from './sql/page-parts.ts';
import { type StoredDocumentFacts, stored } from './stored-json.ts';

// The large values of a job and its result.

const row = { from: 'jobs j', where: 'j.id = w.id' };

export const jobMetadata: Content<unknown> = {
  ...row,
  name: 'job.metadata',
  value: 'j.metadata',
  bytes: rawSize('j.metadata'),
  maxBytes: maxJsonBytes,
  isCommon: true,
  parse: (value) => value,
};

export const documentFacts: Content<StoredDocumentFacts> = {
  ...row,
  name: 'document.facts',
  value: `j.document - '{metadata,outline,attachments}'::text[]`,
  // An estimate: these are a few short values.
  bytes: '100',
  maxBytes: maxJsonBytes,
  isCommon: true,
  parse: (value) => stored.documentFacts.parse(value),
};

export const documentMetadata: Content<DocumentMetadata> = {
  ...row,
  name: 'document.metadata',
  value: `j.document->'metadata'`,
  bytes: rawSize(`j.document->'metadata'`),
  maxBytes: maxJsonBytes,
  isCommon: true,
  parse: (value) => stored.metadata.parse(value),
};

export const documentOutline: ContentList<OutlineItem> = {
  ...row,
  name: 'document.outline',
  column: `j.document->'outline'`,
  check: stored.outline,
};

export const documentAttachments: ContentList<Attachment> = {
  ...row,
  name: 'document.attachments',
  column: `j.document->'attachments'`,
  check: stored.attachments,
};

/** Numbers of the pages that no engine could read. */
export const unreadablePages: Content<number[]> = {
  ...row,
  name: 'document.unreadablePages',
  value: `(SELECT coalesce(jsonb_agg(p.number ORDER BY p.number), '[]') FROM pages p WHERE p.job_id = w.id AND p.failure IS NOT NULL)`,
  bytes: '(SELECT 8 * count(*) FROM pages p WHERE p.job_id = w.id AND p.failure IS NOT NULL)',
  maxBytes: maxJsonBytes,
  isCommon: true,
  parse: (value) => z.array(z.number()).parse(value),
};

/** The text or Markdown of all pages, separated by form feeds. */
export function wholeText(column: PageColumn): Content<string> {
  return {
    ...row,
    name: `document.${column}`,
    value: `(SELECT coalesce(string_agg(p.${column}, E'\\f' ORDER BY p.number), '') FROM pages p WHERE p.job_id = w.id)`,
    bytes: `(SELECT coalesce(sum(octet_length(p.${column}) + 1), 0) FROM pages p WHERE p.job_id = w.id)`,
    maxBytes: maxTextBytes,
    isCommon: true,
    parse: String,
  };
}

/** Maximum pages per request. */
const runPages = 200;

/** Consecutive pages. `isLast` if no page follows. */
export interface PageRun {
  pages: { number: number; markdown: string }[];
  isLast: boolean;
}

const runCheck = z.array(z.object({ number: z.number(), markdown: z.string() })).nullable();

/** The Markdown of the pages from the requested number until they have `enoughBytes`: at least one page. */
export function markdownRun(enoughBytes: number): Content<PageRun> {
  const ahead = `SELECT p.number, p.markdown FROM pages p WHERE p.job_id = w.id AND p.number >= w.number ORDER BY p.number LIMIT ${runPages}`;
  const run = `SELECT * FROM (SELECT *, sum(octet_length(markdown)) OVER (ORDER BY number) - octet_length(markdown) AS before FROM (${ahead}) ahead) counted WHERE before < ${enoughBytes}`;
  return {
    ...row,
    name: `document.run[${enoughBytes}]`,
    value: `(SELECT jsonb_agg(jsonb_build_object('number', number, 'markdown', markdown) ORDER BY number) FROM (${run}) run)`,
    bytes: `(SELECT coalesce(sum(octet_length(markdown)), 0) FROM (${run}) run)`,
    maxBytes: maxTextBytes + enoughBytes,
    isCommon: false,
    parse(value) {
      const pages = runCheck.parse(value) ?? [];
      const bytes = pages.reduce((sum, { markdown }) => sum + Buffer.byteLength(markdown), 0);
      return { pages, isLast: pages.length < runPages && bytes < enoughBytes };
    },
  };
}
