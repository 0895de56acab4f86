import { JobError } from '../../errors.ts';
import { findCatalog } from '../file/catalog.ts';
import { FileBytes } from '../file/file-bytes.ts';
import { hidesLayers } from '../file/layers.ts';
import { needsAppearances } from '../file/need-appearances.ts';
import { mayPinFiles } from '../file/pinned-files.ts';
import { findXmp, type XmpPacket } from '../file/xmp-packet.ts';
import { Fonts } from './fonts.ts';
import type { PageNotes } from './page-notes.ts';
import type { Pdfium } from './pdfium.ts';
import { PdfiumFile } from './pdfium-file.ts';

/** What PDFium says after it refused a document. */
const errors = { password: 4, security: 5 };

/** Pages of a document that is short enough to look at each of them. */
const fewPages = 32;

/** What the bytes of a document tell that PDFium does not. */
interface FileFacts {
  xmp: XmpPacket | null;
  hidesLayers: boolean;
}

/**
 * A document opened by PDFium: owns its handles, and frees them when it is disposed of. One at a time for each
 * instance.
 */
export class PdfiumDocument implements Disposable {
  readonly pdfium: Pdfium;
  /** PDFium's handle. */
  readonly handle: number;
  readonly pageCount: number;
  /** Null for a document without XMP. */
  readonly xmp: XmpPacket | null;
  /** Viewers hide some of its layers by default. */
  readonly hidesLayers: boolean;
  readonly fonts: Fonts;
  /** What was laid over the pages whose appearances have become part of them. */
  readonly merged = new Map<number, PageNotes>();
  readonly #file: FileBytes;
  readonly #access: PdfiumFile;
  #needsAppearances: boolean | null = null;
  #form: { info: number; handle: number } | null = null;

  private constructor(pdfium: Pdfium, handle: number, file: FileBytes, access: PdfiumFile, facts: FileFacts) {
    this.pdfium = pdfium;
    this.handle = handle;
    this.#file = file;
    this.#access = access;
    this.xmp = facts.xmp;
    this.hidesLayers = facts.hidesLayers;
    this.fonts = new Fonts(pdfium);
    this.pageCount = pdfium.api.FPDF_GetPageCount(handle);
  }

  /** Throws `JobError` with what is wrong with the document, and `PdfiumAbortedError` where PDFium aborts on it. */
  static open(pdfium: Pdfium, path: string, password: string | null): PdfiumDocument {
    const file = new FileBytes(path);
    const reader = pdfium.run(() => new PdfiumFile(pdfium, file));
    try {
      const catalog = findCatalog(file);
      const facts = { xmp: findXmp(file, catalog), hidesLayers: hidesLayers(file, catalog) };
      // PDFium reads XMP only to warn of features that it lacks; a packet that inflates to gigabytes would abort it.
      file.hide('Metadata');
      return pdfium.run(() => {
        const secret = password === null ? 0 : pdfium.write(Buffer.from(`${password}\0`));
        const handle = pdfium.api.FPDF_LoadCustomDocument(reader.pointer, secret);
        if (secret !== 0) pdfium.api.free(secret);
        reader.throwIfFailed();
        if (handle === 0) throw refusal(pdfium.api.FPDF_GetLastError(), password);
        return new PdfiumDocument(pdfium, handle, file, reader, facts);
      });
    } catch (error) {
      reader[Symbol.dispose]();
      file[Symbol.dispose]();
      throw error;
    }
  }

  /** Whether the page tree has a page of that number. */
  hasPage(number: number): boolean {
    return this.pdfium.api.EPDFDoc_GetPageObjectNumberByIndex(this.handle, number - 1) !== 0;
  }

  /** Whether files may be pinned to its pages. */
  get mayPinFiles(): boolean {
    // Looking is cheaper than searching the bytes of a short document.
    return this.pageCount <= fewPages || mayPinFiles(this.#file);
  }

  /** Whether the form asks readers to regenerate the appearances of all fields. */
  get needsAppearances(): boolean {
    this.#needsAppearances ??= needsAppearances(this.#file);
    return this.#needsAppearances;
  }

  /**
   * The form of the document, created on first use because only pages with fields need it. 0 for a document without a
   * form.
   */
  get form(): number {
    if (this.#form === null) {
      const { api } = this.pdfium;
      const info = api.PDFiumExt_OpenFormFillInfo();
      this.#form = { info, handle: api.PDFiumExt_InitFormFillEnvironment(this.handle, info) };
    }
    return this.#form.handle;
  }

  #close(): void {
    const { api } = this.pdfium;
    if (this.#form !== null) {
      if (this.#form.handle !== 0) api.PDFiumExt_ExitFormFillEnvironment(this.#form.handle);
      api.PDFiumExt_CloseFormFillInfo(this.#form.info);
    }
    api.FPDF_CloseDocument(this.handle);
  }

  [Symbol.dispose](): void {
    if (this.pdfium.alive) this.pdfium.run(() => this.#close());
    this.#access[Symbol.dispose]();
    this.#file[Symbol.dispose]();
  }
}

function refusal(error: number, password: string | null): JobError {
  if (error === errors.password) return new JobError(password === null ? 'PDF_ENCRYPTED' : 'PDF_WRONG_PASSWORD');
  return new JobError(error === errors.security ? 'PDF_ENCRYPTED' : 'PDF_DAMAGED');
}
