import type { Size } from './box.ts';

/** A picture of a page: red, green, blue and an opaque byte for each pixel, row by row. */
export interface Pixels extends Size {
  data: Uint8ClampedArray<ArrayBuffer>;
}

/** A picture in shades of grey, from black, 0, to white, 255, row by row. */
export interface GrayPicture extends Size {
  pixels: Uint8Array;
}

/** Reports whether a picture is of one colour. */
export function isBlank({ data }: Pixels): boolean {
  const words = new Uint32Array(data.buffer);
  const [first] = words;
  return words.every((word) => word === first);
}

/** Returns a picture in shades of grey. */
export function toGray({ width, height, data }: Pixels): GrayPicture {
  const pixels = new Uint8Array(width * height);
  for (let from = 0, to = 0; to < pixels.length; from += 4, to += 1) {
    pixels[to] = ((data[from] ?? 0) + 2 * (data[from + 1] ?? 0) + (data[from + 2] ?? 0)) >> 2;
  }
  return { width, height, pixels };
}
