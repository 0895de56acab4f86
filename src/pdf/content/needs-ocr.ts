import type { OcrReason, PageDetails } from '../model/document.ts';
import type { ReadPage } from '../model/read-page.ts';
import { garbledShare, mostGarbled } from './garbled.ts';
import { isSparse } from './page-look.ts';

export function ocrReason(page: ReadPage): OcrReason | null {
  const texts = [...page.pieces, ...page.turned].map(({ text }) => text);
  if (garbledShare(texts) > mostGarbled) return 'GARBLED';
  return isSparse(texts) ? page.look : null;
}

/** Whether something stands on a page that neither it nor OCR tells. */
export function needsOcr({ ocrReason, ocr }: Pick<PageDetails, 'ocrReason' | 'ocr'>): boolean {
  return ocrReason !== null && ocr?.outcome !== 'READ';
}
