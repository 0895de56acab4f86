import type { Size } from '../model/box.ts';
import type { EngineName } from '../model/document.ts';
import type { ExtractionRequest } from '../model/extraction.ts';
import { isBlank, type Pixels } from '../model/pixels.ts';
import type { PdfiumReader } from '../pdfium/pdfium-reader.ts';
import { type CanvasTools, loadCanvas } from './canvas.ts';
import type { DrawingEngines, PdfjsDrawing } from './pdfjs-drawing.ts';

/** What drawing needs to know of the extraction it is part of. */
export interface DrawingContext {
  request: ExtractionRequest;
  engines: DrawingEngines;
  /** The document as PDFium has it; null where it cannot open it. */
  pdfium: PdfiumReader | null;
}

/** A page to be drawn. */
export interface Drawable {
  number: number;
  size: Size;
  /** Something is written on it: then it is not blank. */
  hasText: boolean;
  /** Called when an engine begins to draw it. */
  begin: (engine: EngineName) => void;
}

/** Draws pages as readers see them: by PDFium, which is several times faster than pdfjs, or by pdfjs where PDFium cannot. */
export class PageDrawing implements AsyncDisposable {
  readonly #context: DrawingContext;
  #tools: Promise<CanvasTools | null> | null = null;
  #pdfjs: Promise<PdfjsDrawing | null> | null = null;

  constructor(context: DrawingContext) {
    this.#context = context;
  }

  /** What encodes pictures; null where it has no binary for this machine. */
  async tools(): Promise<CanvasTools | null> {
    this.#tools ??= loadCanvas();
    return await this.#tools;
  }

  /** Null where nobody can draw the page. */
  async draw(page: Drawable): Promise<Pixels | null> {
    const pixels = await this.#drawByPdfium(page);
    // PDFium has no letters for some scripts that are not embedded.
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
    // The time that opening takes is not the page's.
    if (!isOpen) begin('PDFJS');
    return (await drawing?.draw(number, size, tools).catch(() => null)) ?? null;
  }

  async #openPdfjs(): Promise<PdfjsDrawing> {
    const { request, engines } = this.#context;
    // It brings pdfjs, which most documents do not need.
    const { PdfjsDrawing } = await import('./pdfjs-drawing.ts');
    return await PdfjsDrawing.open(request, engines);
  }

  /** Whether an engine has not died of the page, or of the document, before. */
  #may(engine: EngineName, number: number): boolean {
    const { avoid, skip, images } = this.#context.request;
    if (avoid.includes(engine) || skip.some((each) => each.engine === engine && each.page === number)) return false;
    return images?.avoid.some((each) => each.engine === engine && each.pages.includes(number)) !== true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.#pdfjs)?.close();
  }
}
