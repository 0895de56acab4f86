import { JobError } from '../errors.ts';
import { bestPage, type Run, readByPdfjs } from './best-page.ts';
import type { EngineName } from './document.ts';
import { readStyle } from './document-style.ts';
import type { Engines } from './engines.ts';
import type { ExtractionEvent, ExtractionRequest, PageRange, Reading } from './extraction.ts';
import { finishPages } from './finish-pages.ts';
import { PageRenderer } from './images/render-pages.ts';
import { groupReader } from './liteparse/liteparse-groups.ts';
import { ocrKey, withOcr } from './ocr/ocr.ts';
import {
  factsMilliseconds,
  liteparseOptions,
  type OpenDocument,
  openDocument,
  reopenByPdfjs,
} from './open-document.ts';
import { countGroupPages, isStored, type PageGroup, pageGroups, samplePages } from './page-groups.ts';
import { countPages, PageRangesError, parsePageRanges, resolvePageRanges } from './page-ranges.ts';
import { writeAttachments } from './pdfjs/attachments.ts';
import type { PdfjsDocument } from './pdfjs/pdfjs-document.ts';
import type { ReadPage } from './read-page.ts';

/** A group whose pages are as an engine read them. */
interface ReadGroup {
  range: PageRange;
  engine: EngineName;
  pages: ReadPage[];
}

/** One extraction from the first byte to the last group. Works only as far as it is asked for events. */
export async function* runExtraction(
  request: ExtractionRequest,
  engines: Engines,
  report: (reading: Reading) => void,
): AsyncGenerator<ExtractionEvent> {
  const document = await openDocument(request, engines, report);
  try {
    const run = { request, engines, report };
    const { facts, engine } = document;
    const key = `${document.key}${ocrKey(run)}`;
    const selected = resolvePageRanges(readRanges(request.pages), facts.pageCount);
    const pagesTotal = countPages(selected);
    if (pagesTotal === 0) {
      throw new JobError('PAGES_OUT_OF_RANGE');
    }
    if (pagesTotal > request.maxPages) {
      throw new JobError('PAGE_LIMIT');
    }
    const stored = request.stored?.key === key ? request.stored.pages : [];
    const groups = [...pageGroups(selected, facts.pageCount)];
    const missing = groups.filter((group) => !isStored(group, stored));
    const pagesStored = pagesTotal - countGroupPages(missing);
    const { attachments, path } = await takeAttachments(document, request, engines);
    const allFacts = { ...facts, attachments };
    yield { type: 'opened', facts: allFacts, attachmentsFile: path, engine, key, pagesTotal, pagesStored };
    const style = missing.length === 0 ? null : await readStyle(run, document, samplePages(groups));
    const read =
      engine === 'LITEPARSE'
        ? liteparseGroups(run, document, missing, countGroupPages(missing) === facts.pageCount)
        : pdfjsGroups(run, document.pdfjs, missing);
    await using renderer = request.images === null ? null : new PageRenderer(run, request.images, engine);
    for await (const group of read) {
      const pages = finishPages(await withOcr(run, group.pages), request, style);
      yield { type: 'group', ...group, pages, images: renderer === null ? null : await renderer.render(pages) };
    }
  } finally {
    await document.pdfjs?.close();
  }
}

/** What unpacking takes at its worst, as a multiple of the bytes: buffers that double, in both threads. */
const unpackingFactor = 6;
/** What a process may grow by meanwhile for other reasons. */
const growthBytes = 128 * 1024 ** 2;

/** Writes the files inside the document to the scratch folder, as far as they may be kept. */
async function takeAttachments(document: OpenDocument, request: ExtractionRequest, engines: Engines) {
  const { scratch, attachmentBytes } = request;
  const memory = unpackingFactor * attachmentBytes + growthBytes;
  const files = await document.pdfjs?.embeddedFiles(document.objects.pinnedFiles, factsMilliseconds, memory);
  if (document.pdfjs?.alive === false) {
    document.pdfjs = await reopenByPdfjs(request, engines);
  }
  return await writeAttachments(files ?? [], scratch, attachmentBytes);
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
    const pages: ReadPage[] = [];
    for (const number of group.pages) {
      const page = found.find((candidate) => candidate.number === number);
      pages.push(await bestPage(run, number, page, document));
    }
    yield { range: group.range, engine: 'LITEPARSE', pages };
  }
}

async function* pdfjsGroups(run: Run, pdfjs: PdfjsDocument | null, groups: PageGroup[]): AsyncGenerator<ReadGroup> {
  for (const group of groups) {
    const pages: ReadPage[] = [];
    for (const number of group.pages) {
      pages.push(await readByPdfjs(run, number, pdfjs));
    }
    yield { range: group.range, engine: 'PDFJS', pages };
  }
}
