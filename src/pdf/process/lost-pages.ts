import { type ExtractionRequest, type SkippedPage, usableEngines } from '../model/extraction.ts';

/** Maximum pages that may each cost a process. Beyond it, the engine fails for the document as a whole. */
const maxLost = 32;

/**
 * An extraction lost its process because of one page. It continues without that page for the engine that was reading
 * it.
 */
export interface LostPage {
  type: 'lostPage';
  left: ExtractionRequest;
}

/**
 * Returns the remaining request without a page for an engine; null if the document as a whole is responsible. Page 0
 * stands for opening.
 */
export function withoutPage(request: ExtractionRequest, lost: SkippedPage): ExtractionRequest | null {
  const { engine, page } = lost;
  if (request.skip.length >= maxLost) return null;
  if (page > 0) return { ...request, skip: [...request.skip, lost] };
  const left = { ...request, avoid: [...request.avoid, engine] };
  return usableEngines(left).length === 0 ? null : left;
}
