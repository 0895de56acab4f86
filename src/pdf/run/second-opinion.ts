import { FileBytes } from '../file/file-bytes.ts';
import { mayPinFiles } from '../file/pinned-files.ts';
import { readDocument } from '../file/read-document.ts';
import type { EmbeddedFile } from '../model/embedded-file.ts';
import type { ExtractionRequest } from '../model/extraction.ts';
import type { PdfjsDocument } from '../pdfjs/pdfjs-document.ts';
import type { Engines } from './engines.ts';

/**
 * Time limit of pdfjs for opening a document beside PDFium, in milliseconds: longer than any ordinary document needs.
 */
const openMilliseconds = 20_000;

/** Maximum memory for unpacking attachments, as a multiple of their bytes: buffers that double, in both threads. */
const unpackingFactor = 6;
/** Allowance for other growth of the process in the meantime, in bytes. */
const growthBytes = 128 * 1024 ** 2;

/** A document in pdfjs: opened when first needed, and again after a page has cost the thread. */
export class SecondOpinion implements AsyncDisposable {
  readonly #request: ExtractionRequest;
  readonly #engines: Engines;
  readonly #mayAsk: boolean;
  #document: Promise<PdfjsDocument | null> | null;

  /** `mayAsk`: whether pdfjs may be used. `document`: the document, if pdfjs has already opened it. */
  constructor(request: ExtractionRequest, engines: Engines, mayAsk: boolean, document: PdfjsDocument | null = null) {
    this.#request = request;
    this.#engines = engines;
    this.#mayAsk = mayAsk;
    this.#document = document === null ? null : Promise.resolve(document);
  }

  /** Returns null if pdfjs cannot open the document, or may not. */
  async document(): Promise<PdfjsDocument | null> {
    const known = await this.#document;
    if (known?.alive === false || this.#document === null) this.#document = this.#open();
    return await this.#document;
  }

  async #open(): Promise<PdfjsDocument | null> {
    if (!this.#mayAsk) return null;
    const { path, password } = this.#request;
    const bytes = await readDocument(path);
    return await this.#engines.openByPdfjs(bytes, password, openMilliseconds).catch(() => null);
  }

  /** Returns the files inside the document that can be unpacked within time and memory limits. */
  async files(): Promise<EmbeddedFile[]> {
    const { path, attachmentBytes } = this.#request;
    using file = new FileBytes(path);
    const memory = unpackingFactor * attachmentBytes + growthBytes;
    const document = await this.document();
    return (await document?.embeddedFiles(mayPinFiles(file), openMilliseconds, memory)) ?? [];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.#document)?.close();
  }
}
