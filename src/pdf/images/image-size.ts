import type { Size } from '../model/box.ts';

/** Maximum height of an image, in widths: images of receipts and banners could not be opened otherwise. */
const highest = 4;
/** Maximum pixels that all formats allow, and that fit into memory several times. */
const maxPixels = 16e6;

/**
 * Returns the size of a page's image: as wide as requested, but narrower if it would be too high or have too many
 * pixels.
 */
export function imageSize(page: Size, width: number): Size {
  const ratio = page.height / page.width;
  const fitting = Math.min(width, (highest * width) / ratio, Math.sqrt(maxPixels / ratio));
  return { width: pixels(fitting), height: pixels(fitting * ratio) };
}

function pixels(length: number): number {
  return Math.max(1, Math.round(length));
}
