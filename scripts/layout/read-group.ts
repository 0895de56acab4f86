import { tmpdir } from 'node:os';
import type { ExtractionRequest } from '../../src/pdf/model/extraction.ts';
import { pageGroups, samplePages } from '../../src/pdf/model/page-groups.ts';
import type { ReadPage } from '../../src/pdf/model/read-page.ts';
import { type DocumentStyle, readStyle } from '../../src/pdf/run/document-style.ts';
import { type Engines, loadEngines } from '../../src/pdf/run/engines.ts';
import { openDocument } from '../../src/pdf/run/open-document.ts';
import { readGroups } from '../../src/pdf/run/read-groups.ts';

/** A page as an engine read it, with what its layout depends on: the other pages of its group, and the style of its document. */
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
): Promise<PageInGroup & { engines: Engines; request: ExtractionRequest }> {
  const engines = await loadEngines();
  const asked: ExtractionRequest = {
    path,
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
    lastResort: null,
    ocr: null,
    fresh: false,
    ...more,
  };
  const document = await openDocument(asked, engines, () => {});
  const request = { ...asked, path: document.path, password: document.password };
  const run = { request, engines, report: () => {} };
  const groups = [...pageGroups([{ first: 1, last: document.facts.pageCount }], document.facts.pageCount)];
  const style = await readStyle(run, document, samplePages(groups));
  const wanted = groups.filter(({ pages }) => pages.includes(number));
  for await (const { pages, unreadable } of readGroups(run, document, wanted)) {
    const page = pages.find((each) => each.number === number);
    if (page !== undefined) return { page, group: pages, style, engines, request };
    const [error] = unreadable.filter((each) => each.page === number);
    if (error !== undefined) throw error;
  }
  throw new Error(`The document has ${document.facts.pageCount} pages, but no page ${number}.`);
}
