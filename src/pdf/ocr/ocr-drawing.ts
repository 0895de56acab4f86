import type { PageDrawing } from '../images/page-drawing.ts';
import { type GrayPicture, toGray } from '../model/pixels.ts';
import type { ReadPage } from '../model/read-page.ts';

/** Dots per inch: more find hardly more words in type of a usual size, and take longer. */
const finest = 200;
/** Larger pages are drawn with fewer dots per inch: what time and memory OCR takes goes with the pixels, not with what they show. */
const mostPixels = 16_000_000;
/** A page is never so small that it has fewer pixels on a side. */
const leastPixels = 8;

/** A page as it is displayed, as a picture in shades of grey. */
export interface DrawnPage {
  picture: GrayPicture;
  /** Dots per point. */
  scale: number;
}

/** Draws a page for OCR; null where nobody can draw it. */
export async function drawForOcr(drawing: PageDrawing, { number, shown, pieces }: ReadPage): Promise<DrawnPage | null> {
  const scale = Math.min(finest / 72, Math.sqrt(mostPixels / (shown.width * shown.height)));
  const size = {
    width: Math.max(leastPixels, Math.round(shown.width * scale)),
    height: Math.max(leastPixels, Math.round(shown.height * scale)),
  };
  const pixels = await drawing.draw({ number, size, hasText: pieces.length > 0, begin() {} });
  return pixels === null ? null : { picture: toGray(pixels), scale };
}
