import type { OcrReason, PageDetails } from '../model/document.ts';
import type { ReadPage } from '../model/read-page.ts';
import { garbledShare, maxGarbled } from './garbled.ts';
import { isSparse } from './page-look.ts';

export function ocrReason(page: ReadPage): OcrReason | null {
  const texts = [...page.pieces, ...page.turned].map(({ text }) => text);
  if (garbledShare(texts) > maxGarbled) return 'GARBLED';
  return isSparse(texts) ? page.look : null;
}

/** Whether a page shows text that neither its content nor OCR provides. */
export function needsOcr({ ocrReason, ocr }: Pick<PageDetails, 'ocrReason' | 'ocr'>): boolean {
  return ocrReason !== null && ocr?.outcome !== 'READ';
}
