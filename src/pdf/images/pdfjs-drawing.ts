import { AnnotationMode, type PDFDocumentProxy } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { readDocument } from '../file/read-document.ts';
import type { Size } from '../model/box.ts';
import type { ExtractionRequest } from '../model/extraction.ts';
import type { Pixels } from '../model/pixels.ts';
import type { PdfjsThread } from '../pdfjs/pdfjs-thread.ts';
import type { CanvasTools } from './canvas.ts';

/** Larger pictures are left out: they would take a gigabyte. */
const mostPicturePixels = 64e6;
const openMilliseconds = 20_000;
const closeMilliseconds = 5_000;

export interface DrawingEngines {
  /** A thread of pdfjs beside the one that reads. */
  drawing(): Promise<PdfjsThread>;
}

/** A document opened by pdfjs to be drawn: once more, as for reading it pictures are left out, and in a thread of its own. */
export class PdfjsDrawing {
  readonly #proxy: PDFDocumentProxy;
  readonly #close: () => Promise<void>;

  private constructor(proxy: PDFDocumentProxy, close: () => Promise<void>) {
    this.#proxy = proxy;
    this.#close = close;
  }

  static async open({ path, password }: ExtractionRequest, engines: DrawingEngines): Promise<PdfjsDrawing> {
    const thread = await engines.drawing();
    const proxy = await thread.open(await readDocument(path), password, openMilliseconds, mostPicturePixels);
    return new PdfjsDrawing(proxy, () => thread.within(proxy.loadingTask.destroy(), closeMilliseconds));
  }

  /** The page as a reader shows it, with annotations and what is filled in. */
  async draw(number: number, size: Size, tools: CanvasTools): Promise<Pixels> {
    const page = await this.#proxy.getPage(number);
    const { width } = page.getViewport({ scale: 1 });
    const viewport = page.getViewport({ scale: size.width / width });
    const { canvas, context } = tools.blank(size);
    const canvasContext: unknown = context;
    if (!isBrowserContext(canvasContext))
      throw new TypeError('This version of the canvas is none that pdfjs can draw on.');
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

/** pdfjs' types ask for a browser's; it draws on anything that draws alike. */
function isBrowserContext(context: unknown): context is BrowserContext {
  return typeof context === 'object' && context !== null && 'drawImage' in context && 'getTransform' in context;
}
