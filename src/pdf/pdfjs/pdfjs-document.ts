import type { PDFDocumentProxy } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { JobError } from '../../errors.ts';
import type { PageFailureCode } from '../model/document.ts';
import type { EmbeddedFile } from '../model/embedded-file.ts';
import type { ReadPage } from '../model/read-page.ts';
import { UnreadablePageError } from '../model/unreadable-page.ts';
import { readOwnFiles, readPinnedFiles } from './attachments.ts';
import { type PdfjsFacts, readFacts } from './document-facts.ts';
import { pdfjsPageReader } from './pdfjs-pages.ts';
import { PdfjsGaveUpError, type PdfjsThread } from './pdfjs-thread.ts';

const closeMilliseconds = 5_000;
/**
 * Number of pages after which the cache of pdfjs is cleared. Clearing it after every 16 pages would parse fonts
 * repeatedly and take half as long again.
 */
const pagesKept = 256;

/** A document opened by pdfjs. */
export class PdfjsDocument {
  readonly facts: PdfjsFacts;
  readonly pageCount: number;
  readonly #thread: PdfjsThread;
  readonly #proxy: PDFDocumentProxy;
  readonly #readPage: (number: number) => Promise<ReadPage>;
  #pagesRead = 0;

  private constructor(thread: PdfjsThread, proxy: PDFDocumentProxy, facts: PdfjsFacts) {
    this.facts = facts;
    this.pageCount = proxy.numPages;
    this.#thread = thread;
    this.#proxy = proxy;
    this.#readPage = pdfjsPageReader(proxy, facts.labels);
  }

  /** Throws `JobError` with the problem of the document. Null `milliseconds` means no time limit. */
  static async open(
    thread: PdfjsThread,
    bytes: Uint8Array,
    password: string | null,
    milliseconds: number | null,
  ): Promise<PdfjsDocument> {
    const proxy = await thread.open(bytes, password, milliseconds);
    try {
      return new PdfjsDocument(thread, proxy, await thread.within(readFacts(proxy), milliseconds));
    } catch (error) {
      throw new JobError('PDF_DAMAGED', { cause: error });
    }
  }

  /** False once the thread that holds the document has been abandoned. */
  get alive(): boolean {
    return this.#thread.alive;
  }

  /** Throws `UnreadablePageError` if the page cannot be read in time. */
  async readPage(number: number, milliseconds: number): Promise<ReadPage> {
    try {
      return await this.#thread.within(this.#read(number), milliseconds);
    } catch (error) {
      throw new UnreadablePageError(number, failureOf(error), { cause: error });
    }
  }

  async #read(number: number): Promise<ReadPage> {
    this.#pagesRead += 1;
    // Fails while a page that failed is still in use; the next call will succeed.
    if (this.#pagesRead % pagesKept === 0) await this.#proxy.cleanup().catch(() => {});
    return await this.#readPage(number);
  }

  /**
   * Reads the files inside the document: its own, then those attached to pages. Returns none of a kind that takes too
   * long or too much memory, which ends the thread: pdfjs unpacks all files of a kind at once.
   */
  async embeddedFiles(hasPinned: boolean, milliseconds: number, bytes: number): Promise<EmbeddedFile[]> {
    const within = (work: Promise<EmbeddedFile[]>) =>
      this.#thread.withinMemory(work, milliseconds, bytes).catch((): EmbeddedFile[] => []);
    const own = await within(readOwnFiles(this.#proxy));
    return hasPinned && this.alive ? [...own, ...(await within(readPinnedFiles(this.#proxy, own)))] : own;
  }

  /** Frees the document. Ends a thread that is too busy to do so. */
  async close(): Promise<void> {
    await this.#thread.within(this.#proxy.loadingTask.destroy(), closeMilliseconds).catch(() => {});
  }
}

function failureOf(error: unknown): PageFailureCode {
  return error instanceof PdfjsGaveUpError ? error.limit : 'DAMAGED';
}
