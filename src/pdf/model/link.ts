import type { Box } from './box.ts';

/** A link as it lies on the page. */
export interface PlacedLink {
  boxes: Box[];
  url: string | null;
  pageNumber: number | null;
}
