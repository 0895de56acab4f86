import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type FailureCode, JobError } from '../../errors.ts';
import { withEmptyUser } from '../file/empty-owner.ts';
import { type Encryption, isUnsupported, readEncryption } from '../file/encryption.ts';
import { type ObjectHints, readObjectHints } from '../file/object-hints.ts';
import { otherPasswords } from '../file/passwords.ts';
import { readDocument } from '../file/read-document.ts';
import { readStreamHints, type StreamHints } from '../file/stream-hints.ts';
import type { LiteparseEngine } from '../liteparse/liteparse-engine.ts';
import type { LiteparseFacts } from '../liteparse/liteparse-facts.ts';
import { liteparseOptions } from '../liteparse/liteparse-options.ts';
import type { DocumentFacts, DocumentFallback, EngineName } from '../model/document.ts';
import { engineKeys } from '../model/engine-keys.ts';
import { type ExtractionRequest, type Reading, usableEngines } from '../model/extraction.ts';
import { PdfjsDocument } from '../pdfjs/pdfjs-document.ts';
import type { Engines } from './engines.ts';

/** Longer than pdfjs needs for the facts of any honest document; past it, LiteParse goes on without them. */
export const factsMilliseconds = 20_000;

export interface OpenDocument {
  facts: Omit<DocumentFacts, 'attachments'>;
  /** The engine that gives the pages. */
  engine: EngineName;
  /** The file and the password that it was opened with: those of the request, or what stands for them. */
  path: string;
  password: string | null;
  /** All that has a part in the pages, in its version: the same key makes the same pages. */
  key: string;
  /** Null where pdfjs cannot open it or may not: then there are no page rotations, and no pages but LiteParse's. */
  pdfjs: PdfjsDocument | null;
  /** Null where LiteParse does not give the pages. */
  hints: StreamHints | null;
  objects: ObjectHints;
}

/**
 * Opens a document with the password of the request, then with what else may open it. Throws `JobError` with why none does.
 */
export async function openDocument(
  request: ExtractionRequest,
  engines: Engines,
  report: (reading: Reading) => void,
): Promise<OpenDocument> {
  const first = await orJobError(openWithPassword(request, engines, report));
  if (!(first instanceof JobError)) return first;
  const needsPassword = first.code === 'PDF_ENCRYPTED' || first.code === 'PDF_WRONG_PASSWORD';
  if (!needsPassword && first.code !== 'PDF_DAMAGED') throw first;
  const encryption = readEncryption(await readDocument(request.path));
  if (encryption !== null && isUnsupported(encryption)) {
    throw new JobError('PDF_ENCRYPTED', { detail: describeUnsupported(encryption), cause: first });
  }
  for (const password of needsPassword ? otherPasswords(request.password, encryption) : []) {
    const again = await orJobError(openWithPassword({ ...request, password }, engines, report));
    if (!(again instanceof JobError)) return again;
  }
  const path = needsPassword ? await unlockedCopy(request, encryption) : null;
  if (path !== null) return await openWithPassword({ ...request, path, password: null }, engines, report);
  throw first;
}

/**
 * Opens a document with both engines and decides which one gives the pages. pdfjs opens some that PDFium refuses and the
 * reverse, so a document is refused only when every engine that may read it refuses; what ran out of time or memory on it
 * before comes last. Throws `JobError` with the reason.
 */
async function openWithPassword(
  request: ExtractionRequest,
  engines: Engines,
  report: (reading: Reading) => void,
): Promise<OpenDocument> {
  const { lastResort, avoid, engine } = request;
  if (lastResort !== null && engine === 'AUTO') {
    const byOther = await orJobError(openByUsable({ ...request, avoid: [...avoid, lastResort] }, engines, report));
    if (!(byOther instanceof JobError)) {
      return byOther;
    }
  }
  return await openByUsable(request, engines, report);
}

async function openByUsable(
  request: ExtractionRequest,
  engines: Engines,
  report: (reading: Reading) => void,
): Promise<OpenDocument> {
  const usable = usableEngines(request);
  const bytes = await readDocument(request.path);
  const hasHeader = Buffer.from(bytes.buffer, 0, Math.min(bytes.length, headerWithin)).includes('%PDF-');
  // What has no header LiteParse would take for another kind of file.
  const liteparseEngine = hasHeader && usable.includes('LITEPARSE') ? engines.liteparse : null;
  if (liteparseEngine === null) {
    checkWithoutLiteparse(request, engines);
  }
  // Before its bytes go to the other thread.
  const hints = liteparseEngine === null ? null : readStreamHints(bytes);
  const objects = readObjectHints(bytes);
  report({ engine: liteparseEngine === null ? 'PDFJS' : 'LITEPARSE', page: null, pages: 1, pagesReady: null });
  const [pdfjs, liteparse] = await Promise.all([
    openByPdfjs(request, engines, bytes, liteparseEngine === null ? null : factsMilliseconds),
    liteparseEngine === null ? null : orJobError(openByLiteparse(request, liteparseEngine)),
  ]);
  try {
    return {
      ...decide(request, hasHeader, pdfjs, liteparse),
      path: request.path,
      password: request.password,
      hints,
      objects,
    };
  } catch (error) {
    if (pdfjs instanceof PdfjsDocument) {
      await pdfjs.close();
    }
    throw error;
  }
}

/** Opens a document again by pdfjs alone, after its thread was lost. Null if it cannot. */
export async function reopenByPdfjs(request: ExtractionRequest, engines: Engines): Promise<PdfjsDocument | null> {
  const bytes = await readDocument(request.path);
  const pdfjs = await openByPdfjs(request, engines, bytes, factsMilliseconds);
  return pdfjs instanceof PdfjsDocument ? pdfjs : null;
}

/** Readers look for the header in the first kilobyte; mail gateways and web servers put things before it. */
const headerWithin = 1024;

/** Null if pdfjs crashed on the document: then it may not even look for its facts. */
async function openByPdfjs(
  { password, avoid }: ExtractionRequest,
  engines: Engines,
  bytes: Uint8Array,
  milliseconds: number | null,
): Promise<PdfjsDocument | JobError | null> {
  return avoid.includes('PDFJS')
    ? null
    : await orJobError(PdfjsDocument.open(engines.pdfjs, bytes, password, milliseconds));
}

async function openByLiteparse(request: ExtractionRequest, engine: LiteparseEngine): Promise<LiteparseFacts> {
  return engine.open(await liteparseOptions(request));
}

function decide(
  request: ExtractionRequest,
  hasHeader: boolean,
  pdfjs: PdfjsDocument | JobError | null,
  liteparse: LiteparseFacts | JobError | null,
): Omit<OpenDocument, 'path' | 'password' | 'hints' | 'objects'> {
  const document = pdfjs instanceof JobError ? null : pdfjs;
  if (liteparse !== null && !(liteparse instanceof JobError) && liteparse.pageCount > 0) {
    const metadata = document?.facts.metadata ?? liteparse.metadata;
    const outline = document?.facts.outline ?? [];
    const notices = document?.facts.notices ?? [];
    const facts = { pageCount: liteparse.pageCount, metadata, outline, fallback: null, notices };
    // pdfjs gives rotations, and pages that LiteParse cannot read.
    const key = document === null ? engineKeys.LITEPARSE : `${engineKeys.LITEPARSE}, ${engineKeys.PDFJS}`;
    return { facts, engine: 'LITEPARSE', key, pdfjs: document };
  }
  if (document !== null && document.pageCount > 0 && request.engine !== 'LITEPARSE') {
    const { metadata, outline, notices } = document.facts;
    const fallback = request.engine === 'PDFJS' ? null : whyNotLiteparse(request, liteparse);
    const facts = { pageCount: document.pageCount, metadata, outline, fallback, notices };
    return { facts, engine: 'PDFJS', key: engineKeys.PDFJS, pdfjs: document };
  }
  if (document !== null && document.pageCount > 0) {
    const detail = 'The LITEPARSE engine cannot open this document, but PDFJS can: use that or AUTO.';
    throw new JobError('PDF_DAMAGED', { detail });
  }
  throw reasonToRefuse(hasHeader, pdfjs, liteparse);
}

/** `liteparse` is null where it was not even asked. */
function whyNotLiteparse({ avoid }: ExtractionRequest, liteparse: LiteparseFacts | JobError | null): DocumentFallback {
  if (avoid.includes('LITEPARSE')) return 'AVOIDED';
  return liteparse === null ? 'NO_BINARY' : 'CANNOT_OPEN';
}

/** Throws if LiteParse was the only engine that might have opened the document. */
function checkWithoutLiteparse({ engine, avoid }: ExtractionRequest, engines: Engines): void {
  if (engine === 'AUTO' && avoid.includes('PDFJS')) {
    throw new JobError('QUARANTINED');
  }
  if (engine === 'LITEPARSE' && engines.liteparse === null) {
    throw new JobError('INTERNAL', {
      detail: 'The LITEPARSE engine has no binary for this machine; use AUTO or PDFJS.',
    });
  }
}

/** A copy in the scratch folder that opens without a password; null unless anybody may open the document. */
async function unlockedCopy(
  { path, scratch }: ExtractionRequest,
  encryption: Encryption | null,
): Promise<string | null> {
  const copy = encryption === null ? null : withEmptyUser(await readDocument(path), encryption);
  if (copy === null) return null;
  const target = join(scratch, 'unlocked.pdf');
  try {
    await mkdir(scratch, { recursive: true, mode: 0o700 });
    await writeFile(target, copy, { mode: 0o600 });
  } catch (error) {
    throw new JobError('STORAGE_UNAVAILABLE', { cause: error });
  }
  return target;
}

function describeUnsupported({ handler }: Encryption): string {
  return handler === 'Adobe.PubSec'
    ? 'The document is encrypted for the holders of certificates; no password opens it.'
    : 'The document is encrypted in a way that no password opens.';
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
