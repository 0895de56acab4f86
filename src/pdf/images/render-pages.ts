import { join } from 'node:path';
import { JobError } from '../../errors.ts';
import { PartsFile } from '../file/parts-file.ts';
import type { DrawnPage, LiteparseEngine } from '../liteparse/liteparse-engine.ts';
import { type LiteparseOptions, liteparseOptions } from '../liteparse/liteparse-options.ts';
import type { Size } from '../model/box.ts';
import type { EngineName, ExtractedPage } from '../model/document.ts';
import type { ExtractionRequest, GroupImages, Reading } from '../model/extraction.ts';
import { type ImageRequest, mostAvoided, type PageImages } from '../model/images.ts';
import { type Canvas, type CanvasTools, loadCanvas } from './canvas.ts';
import { imageSize } from './image-size.ts';
import { type DrawingEngines, PdfjsDrawing } from './pdfjs-drawing.ts';

/** What drawing needs to know of the extraction it is part of. */
export interface DrawingContext {
  request: ExtractionRequest;
  engines: DrawingEngines & { liteparse: LiteparseEngine | null };
  report: (reading: Reading) => void;
}

/** A page as it was drawn: a PNG from LiteParse, or what pdfjs drew on. */
type Drawn = DrawnPage | Canvas;

/** Pixels that are drawn in one call: LiteParse gives all pages of a call at once. */
const pixelsPerCall = 32e6;

/**
 * Makes the images of pages, a group at a time. LiteParse draws five times faster than pdfjs, but leaves annotations out, so
 * pdfjs draws the pages that have some, and those that LiteParse cannot. A page that nobody can draw has no image, and the job goes on.
 */
export class PageRenderer implements AsyncDisposable {
  readonly #run: DrawingContext;
  readonly #request: ImageRequest;
  readonly #liteparse: LiteparseEngine | null;
  #options: LiteparseOptions | null = null;
  #spentMs = 0;
  #tools: Promise<CanvasTools | null> | null = null;
  #drawing: Promise<PdfjsDrawing | null> | null = null;

  /** `engine` is the one that opened the document. */
  constructor(run: DrawingContext, request: ImageRequest, engine: EngineName) {
    this.#run = run;
    this.#request = request;
    this.#liteparse = engine === 'LITEPARSE' ? run.engines.liteparse : null;
  }

  /** Draws the largest image of each page, and makes the smaller one of it. */
  async render(pages: ExtractedPage[]): Promise<GroupImages> {
    const { format, avoid, seconds } = this.#request;
    const none = { format, thumbnail: null, image: null };
    if (avoid.length >= mostAvoided || this.#spentMs > seconds * 1000) {
      return { file: null, pages: pages.map(() => ({ ...none, failure: 'GIVEN_UP' })) };
    }
    const begin = performance.now();
    const [first] = pages;
    await using file = new PartsFile(join(this.#run.request.scratch, `images-${first?.number ?? 0}`));
    const made = new Map<number, PageImages>();
    for await (const { page, drawn } of this.#draw(pages.filter(({ failure }) => failure === null))) {
      const images = await this.#encode(drawn, file).catch(unlessJobError);
      if (images !== null) made.set(page.number, images);
    }
    this.#spentMs += performance.now() - begin;
    const images = pages.map(({ number }) => made.get(number) ?? { ...none, failure: 'CANNOT_RENDER' as const });
    return { file: file.path, pages: images };
  }

  async *#draw(pages: ExtractedPage[]): AsyncGenerator<{ page: ExtractedPage; drawn: Drawn }> {
    const left: { page: ExtractedPage; blank: DrawnPage | null }[] = [];
    for (const call of this.#calls(pages.filter((page) => this.#isForLiteparse(page)))) {
      const drawn = await this.#drawByLiteparse(call);
      for (const page of call) {
        const found = drawn.find(({ number }) => number === page.number) ?? null;
        // There is text on it, but LiteParse has no letters for it.
        if (found === null || (found.isBlank && page.text !== '')) left.push({ page, blank: found });
        else yield { page, drawn: found };
      }
    }
    for (const { page, blank } of left) {
      const drawn = (await this.#drawByPdfjs(page)) ?? blank;
      if (drawn !== null) yield { page, drawn };
    }
    for (const page of pages.filter((each) => !this.#isForLiteparse(each))) {
      const drawn = (await this.#drawByPdfjs(page)) ?? (await this.#drawAnyway(page));
      if (drawn !== null) yield { page, drawn };
    }
  }

  #isForLiteparse({ number, details }: ExtractedPage): boolean {
    return this.#liteparse !== null && details.annotations.length === 0 && this.#may('LITEPARSE', number);
  }

  #may(engine: EngineName, number: number): boolean {
    if (this.#run.request.avoid.includes(engine)) return false;
    return !this.#request.avoid.some((each) => each.engine === engine && each.pages.includes(number));
  }

  /** Pages that are drawn together: as many dots per inch, and not too many pixels. */
  *#calls(pages: ExtractedPage[]): Generator<ExtractedPage[]> {
    let call: ExtractedPage[] = [];
    let pixels = 0;
    for (const page of pages) {
      const { width, height } = this.#sizeOf(page);
      const [first] = call;
      if (
        first !== undefined &&
        (this.#dpiOf(first) !== this.#dpiOf(page) || pixels + width * height > pixelsPerCall)
      ) {
        yield call;
        call = [];
        pixels = 0;
      }
      call.push(page);
      pixels += width * height;
    }
    if (call.length > 0) yield call;
  }

  /** One page that cannot be drawn fails the whole call: then each gets one of its own. */
  async #drawByLiteparse(call: ExtractedPage[]): Promise<DrawnPage[]> {
    const [first, ...others] = call;
    if (this.#liteparse === null || first === undefined) return [];
    this.#options ??= await liteparseOptions(this.#run.request);
    const page = others.length === 0 ? first.number : null;
    const numbers = call.map(({ number }) => number);
    this.#run.report({ engine: 'LITEPARSE', page, pages: call.length, pagesReady: null, drawing: numbers });
    const drawn = await this.#liteparse.draw(this.#options, numbers, this.#dpiOf(first)).catch(() => null);
    if (drawn !== null) return drawn;
    const each: DrawnPage[] = [];
    if (others.length > 0) for (const one of call) each.push(...(await this.#drawByLiteparse([one])));
    return each;
  }

  async #drawByPdfjs(page: ExtractedPage): Promise<Canvas | null> {
    if (!this.#may('PDFJS', page.number)) return null;
    const begin = () =>
      this.#run.report({ engine: 'PDFJS', page: page.number, pages: 1, pagesReady: null, drawing: [page.number] });
    begin();
    const isOpen = this.#drawing !== null;
    this.#drawing ??= PdfjsDrawing.open(this.#run.request, this.#run.engines).catch(() => null);
    const [drawing, tools] = await Promise.all([this.#drawing, this.#canvas()]);
    // The time that opening takes is not the page's.
    if (!isOpen) begin();
    if (drawing === null || tools === null) return null;
    return await drawing.draw(page.number, this.#sizeOf(page), tools).catch(() => null);
  }

  /** Better without its annotations than not at all. */
  async #drawAnyway(page: ExtractedPage): Promise<DrawnPage | null> {
    return this.#may('LITEPARSE', page.number) ? ((await this.#drawByLiteparse([page]))[0] ?? null) : null;
  }

  #sizeOf(page: Size): Size {
    const { thumbnailWidth, pageImageWidth } = this.#request;
    return imageSize(page, Math.max(thumbnailWidth ?? 0, pageImageWidth ?? 0));
  }

  #dpiOf(page: Size): number {
    return (72 * this.#sizeOf(page).width) / page.width;
  }

  #canvas(): Promise<CanvasTools | null> {
    this.#tools ??= loadCanvas();
    return this.#tools;
  }

  /** Null where it cannot be done on this machine. */
  async #encode(drawn: Drawn, file: PartsFile): Promise<PageImages | null> {
    const { format, thumbnailWidth, pageImageWidth } = this.#request;
    let decoded: Canvas | null = 'png' in drawn ? null : drawn;
    const make = async (width: number | null) => {
      if (width === null) return null;
      const size = imageSize(drawn, width);
      // As it is: what draws it again makes it no better.
      if ('png' in drawn && format === 'PNG' && size.width === drawn.width && size.height === drawn.height) {
        return { ...(await file.add(drawn.png)), ...size };
      }
      const tools = await this.#canvas();
      if (tools === null) throw new Error('there is nothing to encode images with on this machine');
      if ('png' in drawn) decoded ??= await tools.decode(drawn.png);
      if (decoded === null) return null;
      return { ...(await file.add(await tools.encode(tools.scale(decoded, size), format))), ...size };
    };
    return { format, thumbnail: await make(thumbnailWidth), image: await make(pageImageWidth), failure: null };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.#drawing)?.close();
  }
}

/** That there is no room for images is no fault of the page. */
function unlessJobError(error: unknown): null {
  if (error instanceof JobError) throw error;
  return null;
}
