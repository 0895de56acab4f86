import { tmpdir } from 'node:os';
import type { ExtractionRequest } from '../../src/pdf/model/extraction.ts';
import { pageGroups, samplePages } from '../../src/pdf/model/page-groups.ts';
import type { ReadPage } from '../../src/pdf/model/read-page.ts';
import { type DocumentStyle, readSample, styleOf } from '../../src/pdf/run/document-style.ts';
import { loadEngines } from '../../src/pdf/run/engines.ts';
import { type OpenDocument, openDocument } from '../../src/pdf/run/open-document.ts';
import { readGroups } from '../../src/pdf/run/read-groups.ts';

/**
 * A page as read by an engine, with what its layout depends on: the other pages of its group, and its document's style.
 */
export interface PageInGroup {
  page: ReadPage;
  group: ReadPage[];
  style: DocumentStyle | null;
}

/** Reads one page of a document in this process. Throws if the document or the page cannot be read. */
export async function readPageInGroup(
  path: string,
  number: number,
  more: Partial<ExtractionRequest> = {},
): Promise<PageInGroup & { document: OpenDocument }> {
  const engines = await loadEngines();
  const asked: ExtractionRequest = {
    path,
    owner: 'tenant',
    password: null,
    pages: null,
    engine: 'AUTO',
    keepHeadersFooters: false,
    keepHyphenation: false,
    requireAllPages: false,
    maxPages: 20_000,
    scratch: tmpdir(),
    attachmentBytes: 0,
    images: null,
    stored: null,
    avoid: [],
    skip: [],
    memoryBytes: null,
    lastResort: null,
    ocr: null,
    fresh: false,
    ...more,
  };
  const about = { engines, report() {}, onPage() {} };
  const document = await openDocument({ ...about, request: asked });
  const run = { ...about, request: { ...asked, path: document.path, password: document.password } };
  const groups = [...pageGroups([{ first: 1, last: document.facts.pageCount }], document.facts.pageCount)];
  const sample = await readSample(run, document, samplePages(groups));
  const wanted = groups.filter(({ pages }) => pages.includes(number));
  for await (const { pages, unreadable } of readGroups(run, document, wanted, sample)) {
    const page = pages.find((each) => each.number === number);
    if (page !== undefined) return { page, group: pages, style: styleOf(sample), document };
    const [error] = unreadable.filter((each) => each.page === number);
    if (error !== undefined) throw error;
  }
  throw new Error(`The document has ${document.facts.pageCount} pages, but no page ${number}.`);
}
