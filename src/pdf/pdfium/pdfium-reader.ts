import type { Size } from '../model/box.ts';
import type { EmbeddedFile } from '../model/embedded-file.ts';
import type { Pixels } from '../model/pixels.ts';
import type { ReadPage } from '../model/read-page.ts';
import { UnreadablePageError } from '../model/unreadable-page.ts';
import { readFiles } from './attachments.ts';
import { type PdfiumFacts, readFacts } from './document-facts.ts';
import { drawPage } from './draw-page.ts';
import { type Pdfium, PdfiumAbortedError } from './pdfium.ts';
import { PdfiumDocument } from './pdfium-document.ts';
import { readPage } from './pdfium-page.ts';

/** Files of a document that may make PDFium abort, before all of them are given up. */
const maxAborts = 8;

/** Where instances come from: a document may cost one, the next page needs another. */
export interface PdfiumSource {
  /** An instance that has not aborted. */
  pdfium(): Promise<Pdfium>;
}

/**
 * A document that PDFium reads. Where PDFium aborts on a page, that page is lost, and the document is opened again in
 * another instance for the next one.
 */
export class PdfiumReader implements Disposable {
  readonly facts: PdfiumFacts;
  readonly pageCount: number;
  /** There is a page for the last of the numbers that the document states. */
  readonly hasLastPage: boolean;
  readonly #source: PdfiumSource;
  readonly #path: string;
  readonly #password: string | null;
  #document: PdfiumDocument;

  private constructor(source: PdfiumSource, document: PdfiumDocument, path: string, password: string | null) {
    this.#source = source;
    this.#document = document;
    this.#path = path;
    this.#password = password;
    this.pageCount = document.pageCount;
    this.facts = document.pdfium.run(() => readFacts(document));
    this.hasLastPage = document.pdfium.run(() => document.hasPage(document.pageCount));
  }

  /** Throws `JobError` with what is wrong with the document, PdfiumAbortedError if PDFium aborts on it. */
  static async open(source: PdfiumSource, path: string, password: string | null): Promise<PdfiumReader> {
    const document = PdfiumDocument.open(await source.pdfium(), path, password);
    try {
      return new PdfiumReader(source, document, path, password);
    } catch (error) {
      document[Symbol.dispose]();
      throw error;
    }
  }

  /** Throws `UnreadablePageError` if the page cannot be read. */
  async readPage(number: number): Promise<ReadPage> {
    return await this.#onPage(number, (document) => readPage(document, number));
  }

  /**
   * Draws a page as readers see it, with annotations and what is filled in. Throws `UnreadablePageError` if it cannot
   * be drawn.
   */
  async drawPage(number: number, size: Size): Promise<Pixels> {
    return await this.#onPage(number, (document) => drawPage(document, number, size));
  }

  /**
   * The files inside the document, with at most `maxBytes` of content in total. A file on which PDFium aborts is
   * reported as unreadable.
   */
  async files(maxBytes: number): Promise<EmbeddedFile[]> {
    const plan = { maxBytes, bad: new Set<number>(), at: 0 };
    for (let aborts = 0; aborts < maxAborts; aborts += 1) {
      try {
        return await this.#use((document) => readFiles(document, plan));
      } catch (error) {
        if (!(error instanceof PdfiumAbortedError)) throw error;
        plan.bad.add(plan.at);
      }
    }
    return [];
  }

  async #onPage<Result>(number: number, work: (document: PdfiumDocument) => Result): Promise<Result> {
    try {
      return await this.#use(work);
    } catch (error) {
      if (!(error instanceof PdfiumAbortedError)) throw error;
      throw new UnreadablePageError(number, error.isOutOfMemory ? 'MEMORY_LIMIT' : 'CRASH', { cause: error });
    }
  }

  async #use<Result>(work: (document: PdfiumDocument) => Result): Promise<Result> {
    if (!this.#document.pdfium.alive) {
      this.#document[Symbol.dispose]();
      this.#document = PdfiumDocument.open(await this.#source.pdfium(), this.#path, this.#password);
    }
    const document = this.#document;
    return document.pdfium.run(() => work(document));
  }

  [Symbol.dispose](): void {
    this.#document[Symbol.dispose]();
  }
}
