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
/** pdfjs keeps what it has parsed for as long as the document is open. Parsing fonts anew each 16 pages would take half as much time again. */
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

  /** Throws `JobError` with what is wrong with the document. Null for `milliseconds`: however long it takes. */
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

  /** False once the thread that holds the document has been given up. */
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
    // It refuses while a page that failed is still held; the next time will do.
    if (this.#pagesRead % pagesKept === 0) await this.#proxy.cleanup().catch(() => {});
    return await this.#readPage(number);
  }

  /**
   * The files inside the document: its own, then those that are pinned to pages. None of either kind where that takes too long or
   * too much memory, which ends the thread: all of a kind are unpacked at once.
   */
  async embeddedFiles(hasPinned: boolean, milliseconds: number, bytes: number): Promise<EmbeddedFile[]> {
    const within = (work: Promise<EmbeddedFile[]>) =>
      this.#thread.withinMemory(work, milliseconds, bytes).catch((): EmbeddedFile[] => []);
    const own = await within(readOwnFiles(this.#proxy));
    return hasPinned && this.alive ? [...own, ...(await within(readPinnedFiles(this.#proxy, own)))] : own;
  }

  /** Frees the document; a thread that is too busy to do so is ended. */
  async close(): Promise<void> {
    await this.#thread.within(this.#proxy.loadingTask.destroy(), closeMilliseconds).catch(() => {});
  }
}

function failureOf(error: unknown): PageFailureCode {
  return error instanceof PdfjsGaveUpError ? error.limit : 'DAMAGED';
}
