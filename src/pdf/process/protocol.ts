import { type FailureCode, failures } from '../../errors.ts';
import type { Tool } from '../model/document.ts';
import type { ExtractionEvent, ExtractionRequest } from '../model/extraction.ts';

/**
 * All messages between the pool and an extractor process, one line of JSON each. Both sides always have the same
 * version, but the pool does not trust the extractor: a document may have taken it over.
 */

/**
 * The extractor's end of the socket for messages. Node.js handles it there, as a channel to a parent process. The pool
 * reads its end itself, because Node.js trusts the other end: an invalid message would end the worker.
 */
export const messagesFd = 4;

/**
 * Maximum length of a message of an extractor, in bytes: a group of very large pages. Parsed, it takes ten times that.
 */
export const longestMessage = 128 * 1024 ** 2;

/**
 * Maximum length of other messages, in characters, and how the long ones begin. Checked first, because parsing takes
 * time.
 */
const longestOther = 64 * 1024;
const longOnes = ['group', 'opened'].map((type) => `{"type":"event","event":{"type":"${type}",`);

export type ToExtractor =
  /** Starts an extraction; sent only to a process that is ready and idle. */
  | { type: 'extract'; request: ExtractionRequest }
  /** The consumer took one group: the process may start the group after the next. */
  | { type: 'taken' }
  /** The main thread answers it as soon as it can. */
  | { type: 'ping' };

export type FromExtractor =
  /** Both engines are loaded. */
  | { type: 'ready' }
  | { type: 'pong' }
  | { type: 'event'; event: ExtractionEvent }
  /** The extraction is complete; the process is idle. */
  | { type: 'done' }
  /** The extraction failed; the process is idle. `trace` is for logs, never for clients. */
  | { type: 'failed'; code: FailureCode; detail: string; page: number | null; trace: string | null };

/** The messages that make up an extraction. */
export type Answer = Exclude<FromExtractor, { type: 'ready' | 'pong' }>;

/** Writes a message. */
export function toLine(message: ToExtractor): string {
  return `${JSON.stringify(message)}\n`;
}

/**
 * Returns null for anything that is not a message of an extractor. Checks everything that the pool itself relies on.
 * The contents of pages and facts are not checked here: they concern the tenant of the document alone.
 */
export function parseFromExtractor(line: string): FromExtractor | null {
  if (line.length > longestOther && !longOnes.some((start) => line.startsWith(start))) return null;
  const message = parse(line);
  return isFromExtractor(message) ? message : null;
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

export function isToExtractor(message: unknown): message is ToExtractor {
  return isObject(message) && ['extract', 'taken', 'ping'].includes(String(message.type));
}

function isFromExtractor(message: unknown): message is FromExtractor {
  if (!isObject(message)) return false;
  const { type, code, detail, page, trace, event } = message;
  if (type === 'failed') {
    const isKnown = typeof code === 'string' && Object.hasOwn(failures, code);
    return isKnown && isText(detail) && orNull(page, isCount) && orNull(trace, isText);
  }
  if (type === 'event') return isObject(event) && isEvent(event);
  return type === 'ready' || type === 'pong' || type === 'done';
}

type Fields = Record<string, unknown>;

const tools: readonly Tool[] = ['PDFIUM', 'PDFJS', 'OCR'];

function isEvent(event: Fields): boolean {
  if (event.type === 'reading') return isReading(event);
  if (event.type === 'opened') return isOpened(event);
  return event.type === 'group' && isGroup(event);
}

function isReading({ engine, page, pages, pagesReady, drawing }: Fields): boolean {
  return (
    tools.some((tool) => tool === engine) &&
    orNull(page, isCount) &&
    isCount(pages) &&
    orNull(pagesReady, isCount) &&
    (drawing === undefined || (Array.isArray(drawing) && drawing.every(isCount)))
  );
}

function isOpened({ facts, attachmentsFile, engine, key, pagesStored, pagesTotal }: Fields): boolean {
  return (
    isObject(facts) &&
    isCount(facts.pageCount) &&
    orNull(attachmentsFile, isText) &&
    isEngine(engine) &&
    isText(key) &&
    isCount(pagesStored) &&
    isCount(pagesTotal)
  );
}

function isGroup({ range, engine, pages, images }: Fields): boolean {
  return (
    isObject(range) &&
    isCount(range.first) &&
    isCount(range.last) &&
    isEngine(engine) &&
    Array.isArray(pages) &&
    pages.every((page: unknown) => isObject(page) && isCount(page.number)) &&
    orNull(images, (value) => isObject(value) && orNull(value.file, isText) && Array.isArray(value.pages))
  );
}

function isEngine(value: unknown): boolean {
  return value === 'PDFIUM' || value === 'PDFJS';
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

/** A number of pages or the number of a page. */
function isCount(value: unknown): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value < 2 ** 31;
}

function orNull(value: unknown, isValid: (value: unknown) => boolean): boolean {
  return value === null || isValid(value);
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
