import type { Canvas, SKRSContext2D } from '@napi-rs/canvas';
import type { Size } from '../model/box.ts';
import type { ImageFormat } from '../model/images.ts';
import type { Pixels } from '../model/pixels.ts';

export type { Canvas };

type CanvasModule = typeof import('@napi-rs/canvas');

/** Good enough for text, at a fifth of the bytes of PNG. */
const quality = 80;

/**
 * Loads the library that draws, scales and encodes; null if it has no binary for this machine. Loaded with the first
 * image.
 */
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

  /** A white canvas, like paper. */
  blank({ width, height }: Size): { canvas: Canvas; context: SKRSContext2D } {
    const canvas = this.#module.createCanvas(width, height);
    const context = canvas.getContext('2d');
    context.fillStyle = 'white';
    context.fillRect(0, 0, width, height);
    return { canvas, context };
  }

  fromPixels({ width, height, data }: Pixels): Canvas {
    const canvas = this.#module.createCanvas(width, height);
    canvas.getContext('2d').putImageData(new this.#module.ImageData(data, width, height), 0, 0);
    return canvas;
  }

  toPixels(canvas: Canvas): Pixels {
    const { width, height } = canvas;
    const { data } = canvas.getContext('2d').getImageData(0, 0, width, height);
    return { width, height, data: new Uint8ClampedArray(data) };
  }

  /**
   * Scales by halves, each of which averages four pixels. A single step would skip most pixels, and with them thin
   * strokes.
   */
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
    // Interpolates; "high" would sharpen.
    context.imageSmoothingQuality = 'low';
    context.drawImage(source, 0, 0, size.width, size.height);
    return canvas;
  }

  /** Encodes in a thread, so that the process can still respond. */
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
