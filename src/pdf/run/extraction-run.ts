import { JobError } from '../../errors.ts';
import { PageDrawing } from '../images/page-drawing.ts';
import { PageRenderer } from '../images/render-pages.ts';
import type { PageFailureCode } from '../model/document.ts';
import type { ExtractionEvent } from '../model/extraction.ts';
import { countGroupPages, isStored, pageGroups, samplePages } from '../model/page-groups.ts';
import { countPages, PageRangesError, parsePageRanges, resolvePageRanges } from '../model/page-ranges.ts';
import type { ReadPage } from '../model/read-page.ts';
import { failureOfAll, UnreadablePageError, unreadablePage } from '../model/unreadable-page.ts';
import { ocrKey, withOcr } from '../ocr/ocr.ts';
import { readSample, styleOf } from './document-style.ts';
import { finishPages } from './finish-pages.ts';
import { type OpenDocument, openDocument } from './open-document.ts';
import { checkUnreadable, readGroups } from './read-groups.ts';
import type { Run } from './run.ts';
import { writeAttachments } from './write-attachments.ts';

/** Runs one extraction from the first byte to the last group. Works only when events are requested. */
export async function* runExtraction(asked: Run): AsyncGenerator<ExtractionEvent> {
  const document = await openDocument(asked);
  const { facts, engine, path, password, pdfium, second } = document;
  const request = { ...asked.request, path, password };
  const run = { ...asked, request };
  try {
    const key = `${document.key}${ocrKey(request)}`;
    const selected = resolvePageRanges(readRanges(request.pages), facts.pageCount);
    const pagesTotal = countPages(selected);
    if (pagesTotal === 0) throw new JobError('PAGES_OUT_OF_RANGE');
    if (pagesTotal > request.maxPages) throw new JobError('PAGE_LIMIT');
    const isSame = request.stored?.key === key;
    const [stored, unreadable] = isSame ? [request.stored?.pages ?? [], request.stored?.unreadable ?? []] : [[], []];
    const groups = [...pageGroups(selected, facts.pageCount)];
    const missing = groups.filter((group) => !isStored(group, stored));
    const pagesStored = pagesTotal - countGroupPages(missing);
    for (const number of unreadable) checkUnreadable(request, new UnreadablePageError(number, 'DAMAGED'));
    let pagesRead = pagesStored - unreadable.length;
    let failure: PageFailureCode | null = null;
    const { attachments, path: attachmentsFile } = await takeAttachments(run, document);
    yield { type: 'opened', facts: { ...facts, attachments }, attachmentsFile, engine, key, pagesTotal, pagesStored };
    const sample =
      missing.length === 0 ? new Map<number, ReadPage>() : await readSample(run, document, samplePages(groups));
    const style = styleOf(sample);
    await using drawing = new PageDrawing({ request, engines: run.engines, pdfium });
    const { images: wanted, scratch } = request;
    const renderer = wanted === null ? null : new PageRenderer({ scratch, drawing, report: run.report }, wanted);
    for await (const { range, engine, ...outcome } of readGroups(run, document, missing, sample)) {
      pagesRead += outcome.pages.length;
      failure ??= outcome.unreadable[0]?.failure ?? null;
      const finished = finishPages(await withOcr({ ...run, drawing }, outcome.pages), request, style);
      const pages = [...finished, ...outcome.unreadable.map(unreadablePage)].sort((a, b) => a.number - b.number);
      const images = renderer === null ? null : await renderer.render(pages);
      yield { type: 'group', range, engine, pages, images };
    }
    if (pagesRead === 0) throw failureOfAll(failure ?? 'DAMAGED');
  } finally {
    pdfium?.[Symbol.dispose]();
    await second[Symbol.asyncDispose]();
  }
}

/** Writes the files inside the document to the scratch folder, within their size limit. */
async function takeAttachments({ request, onPage }: Run, { pdfium, second }: OpenDocument) {
  const { scratch, attachmentBytes } = request;
  onPage(pdfium === null ? null : 0);
  const files = pdfium === null ? await second.files() : await pdfium.files(attachmentBytes);
  onPage(null);
  return await writeAttachments(files, scratch, attachmentBytes);
}

/** The syntax is checked when jobs are submitted. Invalid text at this point also selects no page. */
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
