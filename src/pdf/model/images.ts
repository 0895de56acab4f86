import type { EngineName } from './document.ts';

export type ImageFormat = 'PNG' | 'JPEG' | 'WEBP';

/** The images to create of the pages. */
export interface ImageRequest {
  /** In pixels; null for none. */
  thumbnailWidth: number | null;
  pageImageWidth: number | null;
  format: ImageFormat;
  /** Total time for drawing, in seconds. The remaining pages then have no images. */
  seconds: number;
  /** Pages that killed a process, or took too long: not tried again. */
  avoid: { engine: EngineName; pages: number[] }[];
}

/** An image within a file of many images. */
export interface ImagePart {
  offset: number;
  bytes: number;
  /** Pixels. */
  width: number;
  height: number;
}

/** The images of one page. */
export interface PageImages {
  format: ImageFormat;
  thumbnail: ImagePart | null;
  image: ImagePart | null;
  /** Why there are none; null if the requested images exist. */
  failure: ImageFailure | null;
}

/**
 * No engine can draw the page within its limits, or it was not tried because others had failed too often or taken too
 * long.
 */
export type ImageFailure = 'CANNOT_RENDER' | 'GIVEN_UP';

/** Maximum processes that drawing a document may cost. After that, no more of its pages are drawn. */
export const maxAvoided = 6;
