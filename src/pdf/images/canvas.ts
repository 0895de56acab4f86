import type { Canvas, SKRSContext2D } from '@napi-rs/canvas';
import type { Size } from '../model/box.ts';
import type { ImageFormat } from '../model/images.ts';

export type { Canvas };

type CanvasModule = typeof import('@napi-rs/canvas');

/** From black, 0, to white, 255, row by row. */
export interface GrayPicture {
  width: number;
  height: number;
  pixels: Uint8Array;
}

/** Good for text, at a fifth of the bytes of PNG. */
const quality = 80;
const bandRows = 256;

/** What draws, scales and encodes; null where it has no binary for this machine. Loaded when images are first asked for. */
export async function loadCanvas(): Promise<CanvasTools | null> {
  try {
    return new CanvasTools(await import('@napi-rs/canvas'));
  } catch {
    return null;
  }
}

export class CanvasTools {
  readonly #module: CanvasModule;

  constructor(module: CanvasModule) {
    this.#module = module;
  }

  /** White, as paper is. */
  blank({ width, height }: Size): { canvas: Canvas; context: SKRSContext2D } {
    const canvas = this.#module.createCanvas(width, height);
    const context = canvas.getContext('2d');
    context.fillStyle = 'white';
    context.fillRect(0, 0, width, height);
    return { canvas, context };
  }

  async decode(png: Buffer): Promise<Canvas> {
    const image = await this.#module.loadImage(png);
    const { canvas, context } = this.blank(image);
    context.drawImage(image, 0, 0);
    return canvas;
  }

  /** Shades of grey, a band of rows at a time: all four channels of all pixels would take four times the memory. */
  async gray(png: Buffer): Promise<GrayPicture> {
    const canvas = await this.decode(png);
    const { width, height } = canvas;
    const context = canvas.getContext('2d');
    const pixels = new Uint8Array(width * height);
    for (let top = 0; top < height; top += bandRows) {
      const { data } = context.getImageData(0, top, width, Math.min(bandRows, height - top));
      for (let from = 0, to = top * width; from < data.length; from += 4, to += 1) {
        pixels[to] = ((data[from] ?? 0) + 2 * (data[from + 1] ?? 0) + (data[from + 2] ?? 0)) >> 2;
      }
    }
    return { width, height, pixels };
  }

  /** By halves, each of which is a mean of four: in one step most of the pixels would be skipped, and thin strokes with them. */
  scale(source: Canvas, size: Size): Canvas {
    let canvas = source;
    while (canvas.width >= 2 * size.width && canvas.height >= 2 * size.height) {
      canvas = this.#redraw(canvas, { width: Math.ceil(canvas.width / 2), height: Math.ceil(canvas.height / 2) });
    }
    return canvas.width === size.width && canvas.height === size.height ? canvas : this.#redraw(canvas, size);
  }

  #redraw(source: Canvas, size: Size): Canvas {
    const { canvas, context } = this.blank(size);
    context.imageSmoothingEnabled = true;
    // Between neighbours; "high" would sharpen.
    context.imageSmoothingQuality = 'low';
    context.drawImage(source, 0, 0, size.width, size.height);
    return canvas;
  }

  /** In a thread: the process stays able to answer. */
  async encode(canvas: Canvas, format: ImageFormat): Promise<Buffer> {
    switch (format) {
      case 'PNG':
        return await canvas.encode('png');
      case 'JPEG':
        return await canvas.encode('jpeg', quality);
      case 'WEBP':
        return await canvas.encode('webp', quality);
    }
  }
}
