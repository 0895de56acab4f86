import { groupReader } from '../liteparse/liteparse-groups.ts';
import { liteparseOptions } from '../liteparse/liteparse-options.ts';
import type { EngineName } from '../model/document.ts';
import type { ExtractionRequest, PageRange } from '../model/extraction.ts';
import { countGroupPages, type PageGroup } from '../model/page-groups.ts';
import type { ReadPage } from '../model/read-page.ts';
import { failureOfDocument, UnreadablePageError } from '../model/unreadable-page.ts';
import { bestPage, type Run, readByPdfjs } from './best-page.ts';
import { type OpenDocument, reopenByPdfjs } from './open-document.ts';

/** A group whose pages are as an engine read them. */
export interface ReadGroup extends Outcome {
  range: PageRange;
  engine: EngineName;
}

/** The outcome of reading some pages. */
interface Outcome {
  pages: ReadPage[];
  unreadable: UnreadablePageError[];
}

/** Reads groups of pages by the engine that opened the document, in the order of the document. */
export function readGroups(run: Run, document: OpenDocument, groups: PageGroup[]): AsyncGenerator<ReadGroup> {
  const isWhole = countGroupPages(groups) === document.facts.pageCount;
  return document.engine === 'LITEPARSE'
    ? liteparseGroups(run, document, groups, isWhole)
    : pdfjsGroups(run, document, groups);
}

/** Throws if the job needs all pages and one of these, which cannot be read, is among them. */
export function checkUnreadable({ requireAllPages }: ExtractionRequest, unreadable: number[], cause?: unknown): void {
  const [page] = unreadable;
  if (requireAllPages && page !== undefined) throw failureOfDocument(page, cause);
}

/** Reads pages one after the other: one that no engine can read costs that page alone, unless the job needs all of them. */
async function readEach(
  request: ExtractionRequest,
  numbers: number[],
  read: (number: number) => Promise<ReadPage>,
): Promise<Outcome> {
  const outcome: Outcome = { pages: [], unreadable: [] };
  for (const number of numbers) {
    try {
      outcome.pages.push(await read(number));
    } catch (error) {
      if (!(error instanceof UnreadablePageError)) throw error;
      checkUnreadable(request, [number], error);
      outcome.unreadable.push(error);
    }
  }
  return outcome;
}

async function* liteparseGroups(
  run: Run,
  document: OpenDocument,
  groups: PageGroup[],
  isWhole: boolean,
): AsyncGenerator<ReadGroup> {
  if (run.engines.liteparse === null) {
    return;
  }
  await using reader = groupReader(run.engines.liteparse, await liteparseOptions(run.request), isWhole);
  for (const group of groups) {
    // A group must not depend on what the groups before it did to pdfjs: a resumed run doesn't make those.
    if (document.pdfjs?.alive === false) {
      document.pdfjs = await reopenByPdfjs(run.request, run.engines);
    }
    const [first, ...others] = group.pages;
    const page = first !== undefined && others.length === 0 ? first : null;
    run.report({ engine: 'LITEPARSE', page, pages: group.pages.length, pagesReady: null });
    const found = await reader.read(group);
    const outcome = await readEach(run.request, group.pages, (number) =>
      bestPage(
        run,
        number,
        found.find((candidate) => candidate.number === number),
        document,
      ),
    );
    yield { range: group.range, engine: 'LITEPARSE', ...outcome };
  }
}

async function* pdfjsGroups(run: Run, document: OpenDocument, groups: PageGroup[]): AsyncGenerator<ReadGroup> {
  for (const group of groups) {
    const outcome = await readEach(run.request, group.pages, async (number) => {
      // The page before may have cost the thread, which must not cost the pages after it.
      if (document.pdfjs?.alive === false) document.pdfjs = await reopenByPdfjs(run.request, run.engines);
      return await readByPdfjs(run, number, document.pdfjs);
    });
    yield { range: group.range, engine: 'PDFJS', ...outcome };
  }
}
