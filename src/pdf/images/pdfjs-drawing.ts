import { AnnotationMode, type PDFDocumentProxy } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { readDocument } from '../file/read-document.ts';
import type { Size } from '../model/box.ts';
import type { ExtractionRequest } from '../model/extraction.ts';
import type { Pixels } from '../model/pixels.ts';
import type { PdfjsThread } from '../pdfjs/pdfjs-thread.ts';
import type { CanvasTools } from './canvas.ts';

/** Maximum pixels of a picture within a page. Larger ones are omitted, because they would take a gigabyte. */
const maxPicturePixels = 64e6;
const openMilliseconds = 20_000;
const closeMilliseconds = 5_000;

export interface DrawingEngines {
  /** Returns a pdfjs thread other than the one that reads. */
  drawing(): Promise<PdfjsThread>;
}

/** A document opened by pdfjs for drawing: separately from reading, which omits pictures, and in a separate thread. */
export class PdfjsDrawing {
  readonly #proxy: PDFDocumentProxy;
  readonly #close: () => Promise<void>;

  private constructor(proxy: PDFDocumentProxy, close: () => Promise<void>) {
    this.#proxy = proxy;
    this.#close = close;
  }

  static async open({ path, password }: ExtractionRequest, engines: DrawingEngines): Promise<PdfjsDrawing> {
    const thread = await engines.drawing();
    const proxy = await thread.open(await readDocument(path), password, openMilliseconds, maxPicturePixels);
    return new PdfjsDrawing(proxy, () => thread.within(proxy.loadingTask.destroy(), closeMilliseconds));
  }

  /** Draws the page as a PDF reader shows it, with annotations and form values. */
  async draw(number: number, size: Size, tools: CanvasTools): Promise<Pixels> {
    const page = await this.#proxy.getPage(number);
    const { width } = page.getViewport({ scale: 1 });
    const viewport = page.getViewport({ scale: size.width / width });
    const { canvas, context } = tools.blank(size);
    const canvasContext: unknown = context;
    if (!isBrowserContext(canvasContext)) throw new TypeError('pdfjs cannot draw on this version of the canvas.');
    await page.render({ canvas: null, canvasContext, viewport, annotationMode: AnnotationMode.ENABLE }).promise;
    page.cleanup();
    return tools.toPixels(canvas);
  }

  async close(): Promise<void> {
    await this.#close().catch(() => {});
  }
}

type BrowserContext = NonNullable<
  Parameters<Awaited<ReturnType<PDFDocumentProxy['getPage']>>['render']>[0]['canvasContext']
>;

/** The types of pdfjs require a browser's context, but a compatible one suffices. */
function isBrowserContext(context: unknown): context is BrowserContext {
  return typeof context === 'object' && context !== null && 'drawImage' in context && 'getTransform' in context;
}
