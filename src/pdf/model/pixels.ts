import type { Size } from './box.ts';

/** A picture of a page: red, green, blue and an opaque byte for each pixel, row by row. */
export interface Pixels extends Size {
  data: Uint8ClampedArray<ArrayBuffer>;
}

/** A picture in shades of grey from black (0) to white (255), row by row. */
export interface GrayPicture extends Size {
  pixels: Uint8Array;
}

/** Whether a picture has only one colour. */
export function isBlank({ data }: Pixels): boolean {
  const words = new Uint32Array(data.buffer);
  const [first] = words;
  return words.every((word) => word === first);
}

/**
 * Returns a picture in shades of grey that keeps the contrast between colours. A shade is the mean of a colour's
 * brightness and its darkest channel. By brightness alone, OCR takes light blue for white paper. White on yellow and
 * black on red must remain distinct, too.
 */
export function toGray({ width, height, data }: Pixels): GrayPicture {
  const pixels = new Uint8Array(width * height);
  for (let from = 0, to = 0; to < pixels.length; from += 4, to += 1) {
    const [red, green, blue] = [data[from] ?? 0, data[from + 1] ?? 0, data[from + 2] ?? 0];
    const brightness = (red + 2 * green + blue) >> 2;
    pixels[to] = (brightness + Math.min(red, green, blue)) >> 1;
  }
  return { width, height, pixels };
}
