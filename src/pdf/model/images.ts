import type { EngineName } from './document.ts';

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
