import type { OcrReason, PageDetails } from '../document.ts';
import { mostGarbled } from '../fallback.ts';
import { garbledShare } from '../garbled.ts';
import type { ReadPage } from '../read-page.ts';

/** Fewer letters and digits than this are a stamp or a page number. */
const sparse = 60;
/** So much of the page is pictures that they are what it shows. */
export const mostlyPicture = 0.4;

export function isSparse(texts: string[]): boolean {
  let letters = 0;
  for (const text of texts) {
    letters += text.match(/[\p{L}\p{N}]/gu)?.length ?? 0;
    if (letters >= sparse) return false;
  }
  return true;
}

export function ocrReason(page: ReadPage): OcrReason | null {
  const texts = [...page.pieces, ...page.turned].map(({ text }) => text);
  if (garbledShare(texts) > mostGarbled) return 'GARBLED';
  return isSparse(texts) ? page.look : null;
}

/** Whether something stands on a page that neither it nor OCR tells. */
export function needsOcr({ ocrReason, ocr }: PageDetails): boolean {
  return ocrReason !== null && ocr?.outcome !== 'READ';
}
