import type { Box } from './box.ts';

/** A link with its place on the page. */
export interface PlacedLink {
  boxes: Box[];
  url: string | null;
  pageNumber: number | null;
}
