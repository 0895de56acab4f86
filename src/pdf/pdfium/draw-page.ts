import type { Size } from '../model/box.ts';
import type { Pixels } from '../model/pixels.ts';
import { UnreadablePageError } from '../model/unreadable-page.ts';
import { Bitmap, BitmapError } from './bitmap.ts';
import type { PdfiumDocument } from './pdfium-document.ts';

/**
 * Draws a page as readers see it. Throws `UnreadablePageError` if it cannot be loaded, or is too large for PDFium's
 * memory.
 */
export function drawPage(document: PdfiumDocument, number: number, size: Size): Pixels {
  const { pdfium, handle } = document;
  const page = pdfium.api.FPDF_LoadPage(handle, number - 1);
  if (page === 0) throw new UnreadablePageError(number, 'DAMAGED');
  try {
    using bitmap = new Bitmap(pdfium, size);
    bitmap.draw(page);
    return { ...size, data: toRgba(bitmap.pixels) };
  } catch (error) {
    if (error instanceof BitmapError) throw new UnreadablePageError(number, 'MEMORY_LIMIT', { cause: error });
    throw error;
  } finally {
    if (pdfium.alive) pdfium.api.FPDF_ClosePage(page);
  }
}

/** Swaps red and blue, and makes all pixels opaque. */
function toRgba(pixels: Uint8Array): Uint8ClampedArray<ArrayBuffer> {
  const copy = new Uint8ClampedArray(pixels);
  const words = new Uint32Array(copy.buffer);
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? 0;
    words[at] = 0xff000000 | ((word & 0xff) << 16) | (word & 0xff00) | ((word >>> 16) & 0xff);
  }
  return copy;
}
