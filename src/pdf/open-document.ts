import { readFile } from 'node:fs/promises';
import { type FailureCode, JobError } from '../errors.ts';
import type { DocumentFacts, EngineName } from './document.ts';
import type { Engines } from './engines.ts';
import type { ExtractionRequest } from './extraction.ts';
import type { LiteparseFacts } from './liteparse-engine.ts';
import { PdfjsDocument } from './pdfjs-document.ts';

/** Longer than pdfjs needs for the facts of any honest document; past it, LiteParse goes on without them. */
export const factsMilliseconds = 20_000;

export interface OpenDocument {
  facts: DocumentFacts;
  /** The engine that gives the pages. */
  engine: EngineName;
  /** Null where pdfjs cannot open it: then there are no page rotations, and no pages but LiteParse's. */
  pdfjs: PdfjsDocument | null;
}

/**
 * Opens a document with both engines and decides which one gives the pages. pdfjs opens some that PDFium refuses and the
 * reverse, so a document is refused only when every engine that may read it refuses. Throws `JobError` with the reason.
 */
export async function openDocument(request: ExtractionRequest, engines: Engines): Promise<OpenDocument> {
  if (request.engine === 'LITEPARSE' && engines.liteparse === null) {
    throw new JobError('INTERNAL', {
      detail: 'The LITEPARSE engine has no binary for this machine; use AUTO or PDFJS.',
    });
  }
  const bytes = await readDocument(request.path);
  const hasHeader = Buffer.from(bytes.buffer, 0, Math.min(bytes.length, headerWithin)).includes('%PDF-');
  const bound = request.engine === 'PDFJS' ? null : factsMilliseconds;
  const [pdfjs, liteparse] = await Promise.all([
    orJobError(PdfjsDocument.open(engines.pdfjs, bytes, request.password, bound)),
    orJobError(openWithLiteparse(request, engines, hasHeader)),
  ]);
  try {
    return decide(request, hasHeader, pdfjs, liteparse);
  } catch (error) {
    if (pdfjs instanceof PdfjsDocument) {
      await pdfjs.close();
    }
    throw error;
  }
}

/** Readers look for the header in the first kilobyte; mail gateways and web servers put things before it. */
const headerWithin = 1024;

/** The bytes in a buffer of their own, as they are moved to another thread. */
async function readDocument(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const file = await readFile(path).catch((error: unknown) => {
    throw new JobError('STORAGE_UNAVAILABLE', { cause: error });
  });
  if (file.length === 0) {
    throw new JobError('PDF_EMPTY');
  }
  return file.byteOffset === 0 && file.length === file.buffer.byteLength
    ? new Uint8Array(file.buffer)
    : new Uint8Array(file);
}

/** Null if LiteParse may not try: it isn't wanted, isn't there, or would take the bytes for another kind of file. */
async function openWithLiteparse(
  request: ExtractionRequest,
  engines: Engines,
  hasHeader: boolean,
): Promise<LiteparseFacts | null> {
  return request.engine === 'PDFJS' || !hasHeader ? null : ((await engines.liteparse?.open(request)) ?? null);
}

function decide(
  request: ExtractionRequest,
  hasHeader: boolean,
  pdfjs: PdfjsDocument | JobError,
  liteparse: LiteparseFacts | JobError | null,
): OpenDocument {
  const document = pdfjs instanceof JobError ? null : pdfjs;
  if (liteparse !== null && !(liteparse instanceof JobError) && liteparse.pageCount > 0) {
    const metadata = document?.facts.metadata ?? liteparse.metadata;
    const facts = { pageCount: liteparse.pageCount, metadata, outline: document?.facts.outline ?? [] };
    return { facts, engine: 'LITEPARSE', pdfjs: document };
  }
  if (document !== null && document.pageCount > 0 && request.engine !== 'LITEPARSE') {
    const { metadata, outline } = document.facts;
    return { facts: { pageCount: document.pageCount, metadata, outline }, engine: 'PDFJS', pdfjs: document };
  }
  if (document !== null && document.pageCount > 0) {
    const detail = 'The LITEPARSE engine cannot open this document, but PDFJS can: use that or AUTO.';
    throw new JobError('PDF_DAMAGED', { detail });
  }
  throw reasonToRefuse(hasHeader, pdfjs, liteparse);
}

function reasonToRefuse(
  hasHeader: boolean,
  ...outcomes: (PdfjsDocument | LiteparseFacts | JobError | null)[]
): JobError {
  const telling: FailureCode[] = ['PDF_WRONG_PASSWORD', 'PDF_ENCRYPTED'];
  const errors = outcomes.filter((outcome) => outcome instanceof JobError);
  const told = errors.find(({ code }) => telling.includes(code));
  if (told !== undefined) {
    return told;
  }
  if (outcomes.some((outcome) => outcome !== null && !(outcome instanceof JobError) && outcome.pageCount === 0)) {
    return new JobError('PDF_NO_PAGES');
  }
  return new JobError(hasHeader ? 'PDF_DAMAGED' : 'NOT_A_PDF', { cause: errors[0]?.cause });
}

async function orJobError<Value>(work: Promise<Value>): Promise<Value | JobError> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof JobError) {
      return error;
    }
    throw error;
  }
}
