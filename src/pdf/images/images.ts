import type { EngineName } from '../document.ts';

export type ImageFormat = 'PNG' | 'JPEG' | 'WEBP';

/** Which images to make of the pages. */
export interface ImageRequest {
  /** In pixels; null for none. */
  thumbnailWidth: number | null;
  pageImageWidth: number | null;
  format: ImageFormat;
  /** What drawing may take in all; the pages that are left then have no images. */
  seconds: number;
  /** What killed its process, or took too long: not to be tried again. */
  avoid: { engine: EngineName; pages: number[] }[];
}

/** An image within a file of many. */
export interface ImagePart {
  offset: number;
  bytes: number;
  /** Pixels. */
  width: number;
  height: number;
}

/** What was made of one page. */
export interface PageImages {
  format: ImageFormat;
  thumbnail: ImagePart | null;
  image: ImagePart | null;
  /** Why there are none; null if there are those that were asked for. */
  failure: ImageFailure | null;
}

/** No engine can draw the page within its limits; or it was not tried, as others had failed too often or taken too long. */
export type ImageFailure = 'CANNOT_RENDER' | 'GIVEN_UP';

/** Of a page that cannot be drawn the others go on; of a document with so many that cost a process none is tried any more. */
export const mostAvoided = 6;

/** A page is no higher than so many times its width: receipts and banners would become images that nobody can open. */
const highest = 4;
/** What all formats, and the memory for several copies of it, are good for. */
const mostPixels = 16e6;

export interface Size {
  width: number;
  height: number;
}

/** The size of the image of a page: as wide as asked, but narrower where it would be too high or have too many pixels. */
export function imageSize(page: Size, width: number): Size {
  const ratio = page.height / page.width;
  const fitting = Math.min(width, (highest * width) / ratio, Math.sqrt(mostPixels / ratio));
  return { width: pixels(fitting), height: pixels(fitting * ratio) };
}

function pixels(length: number): number {
  return Math.max(1, Math.round(length));
}
