import type { EngineName } from '../model/document.ts';
import type { ExtractionRequest, PageRange } from '../model/extraction.ts';
import type { PageGroup } from '../model/page-groups.ts';
import type { ReadPage } from '../model/read-page.ts';
import { failureOfDocument, UnreadablePageError } from '../model/unreadable-page.ts';
import type { OpenDocument } from './open-document.ts';
import { readPage } from './read-page.ts';
import type { Run } from './run.ts';

/** A group of pages as read by engines. */
export interface ReadGroup {
  range: PageRange;
  engine: EngineName;
  pages: ReadPage[];
  unreadable: UnreadablePageError[];
}

/** Reads groups of pages in document order. Takes pages that have already been read from `known`, each once. */
export async function* readGroups(
  run: Run,
  document: OpenDocument,
  groups: PageGroup[],
  known: Map<number, ReadPage>,
): AsyncGenerator<ReadGroup> {
  const { engine } = document;
  for (const { range, pages: numbers } of groups) {
    const group: ReadGroup = { range, engine, pages: [], unreadable: [] };
    run.report({ engine, page: null, pages: numbers.length, pagesReady: null });
    for (const number of numbers) {
      const page = known.get(number) ?? (await orUnreadable(readPage(run, document, number)));
      known.delete(number);
      if (page instanceof UnreadablePageError) {
        checkUnreadable(run.request, page);
        group.unreadable.push(page);
      } else {
        group.pages.push(page);
      }
    }
    yield group;
  }
}

/** Throws if the job requires all pages and one cannot be read. */
export function checkUnreadable({ requireAllPages }: ExtractionRequest, error: UnreadablePageError): void {
  if (requireAllPages) throw failureOfDocument(error);
}

/** Limits the failure of an unreadable page to that page. */
export async function orUnreadable(work: Promise<ReadPage>): Promise<ReadPage | UnreadablePageError> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof UnreadablePageError) return error;
    throw error;
  }
}
