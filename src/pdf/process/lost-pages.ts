import { type ExtractionRequest, type SkippedPage, usableEngines } from '../model/extraction.ts';

/** Pages that may each cost a process, before the engine is to blame for the document as a whole. */
const mostLost = 32;

/** An extraction lost its process over one page: it goes on, without the engine that was reading that page. */
export interface LostPage {
  type: 'lostPage';
  left: ExtractionRequest;
}

/** Returns what is left to do without a page for an engine; null if the document as a whole is to blame. Page 0 stands for its opening. */
export function withoutPage(request: ExtractionRequest, lost: SkippedPage): ExtractionRequest | null {
  const { engine, page } = lost;
  if (request.skip.length >= mostLost) return null;
  if (page > 0) return { ...request, skip: [...request.skip, lost] };
  const left = { ...request, avoid: [...request.avoid, engine] };
  return usableEngines(left).length === 0 ? null : left;
}
