import type { Size } from '../model/box.ts';
import type { EngineName } from '../model/document.ts';
import type { ExtractionRequest } from '../model/extraction.ts';
import { isBlank, type Pixels } from '../model/pixels.ts';
import type { PdfiumReader } from '../pdfium/pdfium-reader.ts';
import { type CanvasTools, loadCanvas } from './canvas.ts';
import type { DrawingEngines, PdfjsDrawing } from './pdfjs-drawing.ts';

/** The part of an extraction that drawing depends on. */
export interface DrawingContext {
  request: ExtractionRequest;
  engines: DrawingEngines;
  /** The document, opened by PDFium; null if PDFium cannot open it. */
  pdfium: PdfiumReader | null;
}

/** A page to be drawn. */
export interface Drawable {
  number: number;
  size: Size;
  /** Whether the page has text, so that its picture cannot be blank. */
  hasText: boolean;
  /** Called when an engine starts to draw it. */
  begin: (engine: EngineName) => void;
}

/**
 * Draws pages as PDF readers show them: with PDFium, which is several times faster than pdfjs, or with pdfjs if PDFium
 * cannot.
 */
export class PageDrawing implements AsyncDisposable {
  readonly #context: DrawingContext;
  #tools: Promise<CanvasTools | null> | null = null;
  #pdfjs: Promise<PdfjsDrawing | null> | null = null;

  constructor(context: DrawingContext) {
    this.#context = context;
  }

  /** Returns the library that encodes pictures; null if it has no binary for this machine. */
  async tools(): Promise<CanvasTools | null> {
    this.#tools ??= loadCanvas();
    return await this.#tools;
  }

  /** Returns null if no engine can draw the page. */
  async draw(page: Drawable): Promise<Pixels | null> {
    const pixels = await this.#drawByPdfium(page);
    // PDFium has no fonts for some scripts, if they are not embedded.
    if (pixels !== null && !(page.hasText && isBlank(pixels))) return pixels;
    return (await this.#drawByPdfjs(page)) ?? pixels;
  }

  async #drawByPdfium({ number, size, begin }: Drawable): Promise<Pixels | null> {
    const { pdfium } = this.#context;
    if (pdfium === null || !this.#may('PDFIUM', number)) return null;
    begin('PDFIUM');
    return await pdfium.drawPage(number, size).catch(() => null);
  }

  async #drawByPdfjs({ number, size, begin }: Drawable): Promise<Pixels | null> {
    const tools = await this.tools();
    if (tools === null || !this.#may('PDFJS', number)) return null;
    begin('PDFJS');
    const isOpen = this.#pdfjs !== null;
    this.#pdfjs ??= this.#openPdfjs().catch(() => null);
    const drawing = await this.#pdfjs;
    // The time for opening does not count for the page.
    if (!isOpen) begin('PDFJS');
    return (await drawing?.draw(number, size, tools).catch(() => null)) ?? null;
  }

  async #openPdfjs(): Promise<PdfjsDrawing> {
    const { request, engines } = this.#context;
    // This loads pdfjs, which most documents do not need.
    const { PdfjsDrawing } = await import('./pdfjs-drawing.ts');
    return await PdfjsDrawing.open(request, engines);
  }

  /** Whether an engine may draw a page: neither the page nor the document has crashed it before. */
  #may(engine: EngineName, number: number): boolean {
    const { avoid, skip, images } = this.#context.request;
    if (avoid.includes(engine) || skip.some((each) => each.engine === engine && each.page === number)) return false;
    return images?.avoid.some((each) => each.engine === engine && each.pages.includes(number)) !== true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.#pdfjs)?.close();
  }
}
