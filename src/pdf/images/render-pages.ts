import { join } from 'node:path';
import { JobError } from '../../errors.ts';
import { PartsFile } from '../file/parts-file.ts';
import type { ExtractedPage } from '../model/document.ts';
import type { GroupImages, Reading } from '../model/extraction.ts';
import { type ImageRequest, maxAvoided, type PageImages } from '../model/images.ts';
import type { Pixels } from '../model/pixels.ts';
import { scratchFiles } from '../model/scratch-files.ts';
import type { CanvasTools } from './canvas.ts';
import { imageSize } from './image-size.ts';
import type { PageDrawing } from './page-drawing.ts';

/** The destination of the images, and the callback for progress. */
export interface RenderContext {
  scratch: string;
  drawing: PageDrawing;
  report: (reading: Reading) => void;
}

/**
 * Renders the images of pages, one group at a time. A page that no engine can draw has no image, and the job continues.
 */
export class PageRenderer {
  readonly #context: RenderContext;
  readonly #request: ImageRequest;
  #spentMs = 0;

  constructor(context: RenderContext, request: ImageRequest) {
    this.#context = context;
    this.#request = request;
  }

  /** Draws the largest image of each page, and scales it down for the smaller one. */
  async render(pages: ExtractedPage[]): Promise<GroupImages> {
    const { format, avoid, seconds } = this.#request;
    const none = { format, thumbnail: null, image: null };
    if (avoid.length >= maxAvoided || this.#spentMs > seconds * 1000) {
      return { file: null, pages: pages.map(() => ({ ...none, failure: 'GIVEN_UP' })) };
    }
    const begin = performance.now();
    await using file = new PartsFile(join(this.#context.scratch, scratchFiles.images));
    const images: PageImages[] = [];
    for (const page of pages) {
      const made = page.failure === null ? await this.#make(page, file).catch(unlessJobError) : null;
      images.push(made ?? { ...none, failure: 'CANNOT_RENDER' });
    }
    this.#spentMs += performance.now() - begin;
    return { file: file.path, pages: images };
  }

  async #make(page: ExtractedPage, file: PartsFile): Promise<PageImages | null> {
    const { thumbnailWidth, pageImageWidth } = this.#request;
    const { drawing, report } = this.#context;
    const { number } = page;
    const tools = await drawing.tools();
    if (tools === null) return null;
    const drawn = await drawing.draw({
      number,
      size: imageSize(page, Math.max(thumbnailWidth ?? 0, pageImageWidth ?? 0)),
      hasText: page.text !== '',
      begin: (engine) => report({ engine, page: number, pages: 1, pagesReady: null, drawing: [number] }),
    });
    return drawn === null ? null : await this.#encode(drawn, tools, file);
  }

  async #encode(drawn: Pixels, tools: CanvasTools, file: PartsFile): Promise<PageImages> {
    const { format, thumbnailWidth, pageImageWidth } = this.#request;
    const canvas = tools.fromPixels(drawn);
    const make = async (width: number | null) => {
      if (width === null) return null;
      const size = imageSize(drawn, width);
      return { ...(await file.add(await tools.encode(tools.scale(canvas, size), format))), ...size };
    };
    return { format, thumbnail: await make(thumbnailWidth), image: await make(pageImageWidth), failure: null };
  }
}

/** Rethrows job errors, such as a full disk, which are not the page's fault. */
function unlessJobError(error: unknown): null {
  if (error instanceof JobError) throw error;
  return null;
}
