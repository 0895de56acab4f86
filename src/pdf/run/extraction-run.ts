import { JobError } from '../../errors.ts';
import { PageRenderer } from '../images/render-pages.ts';
import type { ExtractionEvent, ExtractionRequest, Reading } from '../model/extraction.ts';
import { countGroupPages, isStored, pageGroups, samplePages } from '../model/page-groups.ts';
import { countPages, PageRangesError, parsePageRanges, resolvePageRanges } from '../model/page-ranges.ts';
import { unreadablePage } from '../model/unreadable-page.ts';
import { ocrKey, withOcr } from '../ocr/ocr.ts';
import { writeAttachments } from '../pdfjs/attachments.ts';
import { readStyle } from './document-style.ts';
import type { Engines } from './engines.ts';
import { finishPages } from './finish-pages.ts';
import { factsMilliseconds, type OpenDocument, openDocument, reopenByPdfjs } from './open-document.ts';
import { checkUnreadable, readGroups } from './read-groups.ts';

/** One extraction from the first byte to the last group. Works only as far as it is asked for events. */
export async function* runExtraction(
  asked: ExtractionRequest,
  engines: Engines,
  report: (reading: Reading) => void,
): AsyncGenerator<ExtractionEvent> {
  const document = await openDocument(asked, engines, report);
  const request = { ...asked, path: document.path, password: document.password };
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
    const unreadable = request.stored?.key === key ? request.stored.unreadable : [];
    checkUnreadable(request, unreadable);
    let pagesRead = pagesStored - unreadable.length;
    const { attachments, path } = await takeAttachments(document, request, engines);
    const allFacts = { ...facts, attachments };
    yield { type: 'opened', facts: allFacts, attachmentsFile: path, engine, key, pagesTotal, pagesStored };
    const style = missing.length === 0 ? null : await readStyle(run, document, samplePages(groups));
    const read = readGroups(run, document, missing);
    await using renderer = request.images === null ? null : new PageRenderer(run, request.images, engine);
    for await (const { range, engine, ...outcome } of read) {
      pagesRead += outcome.pages.length;
      const finished = finishPages(await withOcr(run, outcome.pages), request, style);
      const pages = [...finished, ...outcome.unreadable.map(unreadablePage)].sort((a, b) => a.number - b.number);
      const images = renderer === null ? null : await renderer.render(pages);
      yield { type: 'group', range, engine, pages, images };
    }
    if (pagesRead === 0) {
      throw new JobError('PDF_DAMAGED', { detail: 'None of the pages can be read.' });
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
