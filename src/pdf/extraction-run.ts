import { JobError } from '../errors.ts';
import type { ExtractedPage } from './document.ts';
import { engineKeys } from './engine-keys.ts';
import type { Engines } from './engines.ts';
import type { ExtractionEvent, ExtractionRequest, GroupEvent } from './extraction.ts';
import { groupReader } from './liteparse-groups.ts';
import { factsMilliseconds, type OpenDocument, openDocument } from './open-document.ts';
import { isStored, type PageGroup, pageGroups } from './page-groups.ts';
import { countPages, PageRangesError, parsePageRanges, resolvePageRanges } from './page-ranges.ts';
import type { PdfjsDocument } from './pdfjs-document.ts';
import { isRightToLeft } from './text-direction.ts';

/** One extraction from the first byte to the last group, in this process. Works only as far as it is asked for events. */
export async function* runExtraction(request: ExtractionRequest, engines: Engines): AsyncGenerator<ExtractionEvent> {
  const document = await openDocument(request, engines);
  try {
    const { facts, engine } = document;
    const selected = resolvePageRanges(readRanges(request.pages), facts.pageCount);
    const pagesTotal = countPages(selected);
    if (pagesTotal === 0) {
      throw new JobError('PAGES_OUT_OF_RANGE');
    }
    if (pagesTotal > request.maxPages) {
      throw new JobError('PAGE_LIMIT');
    }
    const key = engineKeys[engine];
    const stored = request.stored?.key === key ? request.stored.pages : [];
    const all = [...pageGroups(selected, facts.pageCount)];
    const missing = all.filter((group) => !isStored(group, stored));
    const pagesStored = pagesTotal - missing.reduce((pages, group) => pages + group.pages.length, 0);
    yield { type: 'opened', facts, engine, key, pagesTotal, pagesStored };
    const isWhole = missing.length === all.length && pagesTotal === facts.pageCount;
    yield* engine === 'LITEPARSE'
      ? liteparseGroups(request, engines, document, missing, isWhole)
      : pdfjsGroups(document.pdfjs, missing);
  } finally {
    await document.pdfjs?.close();
  }
}

/** Syntax is checked where jobs are submitted; a bad one that comes this far names no page either. */
function readRanges(pages: string | null) {
  try {
    return pages === null ? null : parsePageRanges(pages);
  } catch (error) {
    if (error instanceof PageRangesError) {
      throw new JobError('PAGES_OUT_OF_RANGE', { detail: error.message, cause: error });
    }
    throw error;
  }
}

async function* liteparseGroups(
  request: ExtractionRequest,
  engines: Engines,
  document: OpenDocument,
  groups: PageGroup[],
  isWhole: boolean,
): AsyncGenerator<GroupEvent> {
  if (engines.liteparse === null) {
    return;
  }
  await using reader = groupReader(engines.liteparse, request, isWhole);
  const spare = request.engine === 'AUTO' ? document.pdfjs : null;
  for (const group of groups) {
    const found = await reader.read(group);
    const pages: ExtractedPage[] = [];
    for (const number of group.pages) {
      const page = found.find((candidate) => candidate.number === number);
      pages.push(await bestPage(number, page, document.pdfjs, spare));
    }
    yield { type: 'group', range: group.range, engine: 'LITEPARSE', pages };
  }
}

/** LiteParse's page with what it doesn't tell, or pdfjs' own where LiteParse's is missing or has its words in disorder. */
async function bestPage(
  number: number,
  page: ExtractedPage | undefined,
  pdfjs: PdfjsDocument | null,
  spare: PdfjsDocument | null,
): Promise<ExtractedPage> {
  if (page === undefined) {
    return readByPdfjs(number, spare);
  }
  // LiteParse gives the words of right-to-left lines from left to right.
  if (spare !== null && isRightToLeft(page.text)) {
    return spare.readPage(number).catch(() => page);
  }
  return pdfjs === null ? page : { ...page, rotation: await pdfjs.rotationOf(number, factsMilliseconds) };
}

async function readByPdfjs(number: number, pdfjs: PdfjsDocument | null): Promise<ExtractedPage> {
  if (pdfjs === null) {
    throw new JobError('PDF_DAMAGED', { detail: `Page ${number} is too damaged to read.`, page: number });
  }
  return pdfjs.readPage(number);
}

async function* pdfjsGroups(document: PdfjsDocument | null, groups: PageGroup[]): AsyncGenerator<GroupEvent> {
  for (const group of groups) {
    const pages: ExtractedPage[] = [];
    for (const number of group.pages) {
      pages.push(await readByPdfjs(number, document));
    }
    yield { type: 'group', range: group.range, engine: 'PDFJS', pages };
  }
}
