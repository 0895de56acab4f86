import type { EngineName, Fallback, PageFailureCode } from '../model/document.ts';
import type { ExtractionRequest } from '../model/extraction.ts';
import type { ReadPage } from '../model/read-page.ts';
import { UnreadablePageError } from '../model/unreadable-page.ts';
import type { PdfiumReader } from '../pdfium/pdfium-reader.ts';
import { doubtOf, isBetter } from './arbiter.ts';
import type { OpenDocument } from './open-document.ts';
import type { Run } from './run.ts';
import type { SecondOpinion } from './second-opinion.ts';

/** Time limit of pdfjs for a page, in milliseconds: if PDFium has read the page, and if no other engine has. */
const [glanceMilliseconds, readMilliseconds] = [5_000, 20_000];

/**
 * Reads one page with the engine of the document, or with one that reads it better. Throws `UnreadablePageError` if
 * none can.
 */
export async function readPage(run: Run, document: OpenDocument, number: number): Promise<ReadPage> {
  return document.pdfium === null
    ? await readByPdfjs(run, document.second, number, readMilliseconds)
    : await readByBoth(run, document.pdfium, document.second, number);
}

async function readByBoth(run: Run, pdfium: PdfiumReader, second: SecondOpinion, number: number): Promise<ReadPage> {
  const mayAsk = run.request.engine === 'AUTO';
  const page = await readByPdfium(run, pdfium, number);
  if (page instanceof UnreadablePageError) {
    if (!mayAsk) throw page;
    return instead(await readByPdfjs(run, second, number, readMilliseconds, page), 'UNREADABLE');
  }
  const doubt = mayAsk ? doubtOf(page) : null;
  if (doubt === null) return page;
  const other = await readByPdfjs(run, second, number, glanceMilliseconds).catch(unlessUnreadable);
  return other !== null && isBetter(doubt, other, page) ? instead(other, doubt) : page;
}

function instead(page: ReadPage, fallback: Fallback): ReadPage {
  return { ...page, fallback };
}

async function readByPdfium(run: Run, pdfium: PdfiumReader, number: number): Promise<ReadPage | UnreadablePageError> {
  const known = failureBefore(run.request, 'PDFIUM', number);
  if (known !== null) return new UnreadablePageError(number, known);
  run.onPage(number);
  try {
    return await pdfium.readPage(number);
  } catch (error) {
    if (error instanceof UnreadablePageError) return error;
    throw error;
  } finally {
    run.onPage(null);
  }
}

/** `before` is why another engine could not read the page. It becomes the reason if pdfjs is not available. */
async function readByPdfjs(
  run: Run,
  second: SecondOpinion,
  number: number,
  milliseconds: number,
  before: UnreadablePageError | null = null,
): Promise<ReadPage> {
  const known = failureBefore(run.request, 'PDFJS', number);
  const document = known === null ? await second.document() : null;
  if (document === null) throw before ?? new UnreadablePageError(number, known ?? 'DAMAGED');
  const report = (page: number | null) => run.report({ engine: 'PDFJS', page, pages: 1, pagesReady: null });
  report(number);
  try {
    return await document.readPage(number, milliseconds);
  } finally {
    report(null);
  }
}

function failureBefore({ skip }: ExtractionRequest, engine: EngineName, number: number): PageFailureCode | null {
  return skip.find((each) => each.engine === engine && each.page === number)?.failure ?? null;
}

function unlessUnreadable(error: unknown): null {
  if (error instanceof UnreadablePageError) return null;
  throw error;
}
