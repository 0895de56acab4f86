import type { PageDrawing } from '../images/page-drawing.ts';
import { type GrayPicture, toGray } from '../model/pixels.ts';
import type { ReadPage } from '../model/read-page.ts';

/** Maximum dots per inch. With more, OCR finds hardly more words in type of the usual size, and takes longer. */
const finest = 200;
/**
 * Maximum pixels of a picture. Larger pages have fewer dots per inch: OCR's time and memory depend on the number of
 * pixels.
 */
const maxPixels = 16_000_000;
/** Minimum pixels on each side. */
const minPixels = 8;

/** A picture of a page as displayed, in shades of grey. */
export interface DrawnPage {
  picture: GrayPicture;
  /** Dots per point. */
  scale: number;
}

/** Draws a page for OCR; null if no engine can draw it. */
export async function drawForOcr(drawing: PageDrawing, { number, shown, pieces }: ReadPage): Promise<DrawnPage | null> {
  const scale = Math.min(finest / 72, Math.sqrt(maxPixels / (shown.width * shown.height)));
  const size = {
    width: Math.max(minPixels, Math.round(shown.width * scale)),
    height: Math.max(minPixels, Math.round(shown.height * scale)),
  };
  const pixels = await drawing.draw({ number, size, hasText: pieces.length > 0, begin() {} });
  return pixels === null ? null : { picture: toGray(pixels), scale };
}
