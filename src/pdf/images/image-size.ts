import type { Size } from '../model/box.ts';

/** A page is no higher than so many times its width: receipts and banners would become images that nobody can open. */
const highest = 4;
/** What all formats, and the memory for several copies of it, are good for. */
const mostPixels = 16e6;

/** The size of the image of a page: as wide as asked, but narrower where it would be too high or have too many pixels. */
export function imageSize(page: Size, width: number): Size {
  const ratio = page.height / page.width;
  const fitting = Math.min(width, (highest * width) / ratio, Math.sqrt(mostPixels / ratio));
  return { width: pixels(fitting), height: pixels(fitting * ratio) };
}

function pixels(length: number): number {
  return Math.max(1, Math.round(length));
}
