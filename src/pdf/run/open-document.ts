import { JobError } from '../../errors.ts';
import { readDocument } from '../file/read-document.ts';
import type { DocumentFacts, DocumentMetadata, EngineName } from '../model/document.ts';
import { engineKeys } from '../model/engine-keys.ts';
import { type ExtractionRequest, usableEngines } from '../model/extraction.ts';
import { PdfiumAbortedError } from '../pdfium/pdfium.ts';
import { PdfiumReader } from '../pdfium/pdfium-reader.ts';
import type { PdfjsDocument } from '../pdfjs/pdfjs-document.ts';
import type { Engines } from './engines.ts';
import { isRefusal, reasonToRefuse } from './refusals.ts';
import type { Run } from './run.ts';
import { SecondOpinion } from './second-opinion.ts';
import { withPasswords } from './with-passwords.ts';

export interface OpenDocument {
  facts: Omit<DocumentFacts, 'attachments'>;
  /** The engine that reads the pages. */
  engine: EngineName;
  /** The file and the password that opened it: those of the request, or their replacements. */
  path: string;
  password: string | null;
  /** Identifies all tools that produce the pages, with their versions. The same key gives the same pages. */
  key: string;
  /** Null if pdfjs reads the pages. */
  pdfium: PdfiumReader | null;
  second: SecondOpinion;
}

/** Opens a document with the first engine that can. Throws `JobError` with the reason if none can. */
export async function openDocument({ request, engines, report, onPage }: Run): Promise<OpenDocument> {
  const refusals: JobError[] = [];
  for (const engine of enginesInOrder(request)) {
    report({ engine, page: null, pages: 1, pagesReady: null });
    const open = engine === 'PDFIUM' ? openByPdfium : openByPdfjs;
    onPage(engine === 'PDFIUM' ? 0 : null);
    try {
      return await withPasswords(request, (asked) => open(asked, engines));
    } catch (error) {
      if (!isRefusal(error)) throw error;
      refusals.push(error);
    } finally {
      onPage(null);
    }
  }
  if (request.engine === 'PDFIUM') await checkPdfjs(request, engines);
  throw reasonToRefuse(request.path, refusals);
}

/** An engine that ran out of time or memory on the document before comes last. */
function enginesInOrder(request: ExtractionRequest): EngineName[] {
  const usable = usableEngines(request);
  return [
    ...usable.filter((name) => name !== request.lastResort),
    ...usable.filter((name) => name === request.lastResort),
  ];
}

async function openByPdfium(request: ExtractionRequest, engines: Engines): Promise<OpenDocument> {
  const { path, password, engine, avoid, lastResort } = request;
  const pdfium = await PdfiumReader.open(engines, path, password).catch(asRefusal);
  const mayAsk = engine === 'AUTO' && !avoid.includes('PDFJS') && lastResort !== 'PDFJS';
  const second = new SecondOpinion(request, engines, mayAsk);
  try {
    if (pdfium.pageCount === 0) throw new JobError('PDF_NO_PAGES');
    const { metadata, hasUnreadXmp, outline, notices } = pdfium.facts;
    const facts = {
      pageCount: await countPages(pdfium, second),
      metadata: hasUnreadXmp ? withXmp(metadata, await second.document()) : metadata,
      outline,
      notices,
      fallback: null,
    };
    const key = mayAsk ? `${engineKeys.PDFIUM}, ${engineKeys.PDFJS}` : engineKeys.PDFIUM;
    return { facts, engine: 'PDFIUM', path, password, key, pdfium, second };
  } catch (error) {
    pdfium[Symbol.dispose]();
    await second[Symbol.asyncDispose]();
    throw error;
  }
}

/** PDFium trusts the number in the document. If there is no such page, pdfjs counts the pages. */
async function countPages(pdfium: PdfiumReader, second: SecondOpinion): Promise<number> {
  if (pdfium.hasLastPage) return pdfium.pageCount;
  const counted = (await second.document())?.pageCount ?? 0;
  return counted > 0 ? Math.min(counted, pdfium.pageCount) : pdfium.pageCount;
}

/** Adds facts that only XMP contains, if only pdfjs can read it. */
function withXmp(metadata: DocumentMetadata, document: PdfjsDocument | null): DocumentMetadata {
  if (document === null) return metadata;
  const other = document.facts.metadata;
  return {
    ...metadata,
    title: metadata.title ?? other.title,
    author: metadata.author ?? other.author,
    subject: metadata.subject ?? other.subject,
    keywords: metadata.keywords ?? other.keywords,
    creator: metadata.creator ?? other.creator,
    producer: metadata.producer ?? other.producer,
    xmp: other.xmp,
  };
}

function asRefusal(error: unknown): never {
  if (!(error instanceof PdfiumAbortedError)) throw error;
  throw new JobError(error.isOutOfMemory ? 'MEMORY_LIMIT' : 'PDF_CRASHES_EXTRACTOR', { cause: error });
}

async function openByPdfjs(request: ExtractionRequest, engines: Engines): Promise<OpenDocument> {
  const { path, password, engine, avoid, lastResort } = request;
  const document = await engines.openByPdfjs(await readDocument(path), password, null);
  if (document.pageCount === 0) {
    await document.close();
    throw new JobError('PDF_NO_PAGES');
  }
  const isAvoided = avoid.includes('PDFIUM') || lastResort === 'PDFIUM';
  const fallback = engine === 'PDFJS' ? null : isAvoided ? 'AVOIDED' : 'CANNOT_OPEN';
  const { metadata, outline, notices } = document.facts;
  return {
    facts: { pageCount: document.pageCount, metadata, outline, notices, fallback },
    engine: 'PDFJS',
    path,
    password,
    key: engineKeys.PDFJS,
    pdfium: null,
    second: new SecondOpinion(request, engines, true, document),
  };
}

/** Throws an error with advice if another engine can open a document for which PDFIUM was requested. */
async function checkPdfjs(request: ExtractionRequest, engines: Engines): Promise<void> {
  const second = new SecondOpinion(request, engines, true);
  const document = await second.document();
  await second[Symbol.asyncDispose]();
  if (document === null || document.pageCount === 0) return;
  const detail = 'The PDFIUM engine cannot open this document, but PDFJS can: use that or AUTO.';
  throw new JobError('PDF_DAMAGED', { detail });
}
