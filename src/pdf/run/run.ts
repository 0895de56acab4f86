import type { ExtractionRequest, Reading } from '../model/extraction.ts';
import type { Engines } from './engines.ts';

/** One extraction in this process. */
export interface Run {
  request: ExtractionRequest;
  engines: Engines;
  /** Says what comes next before it is done, as it may be the last thing done. */
  report: (reading: Reading) => void;
  /**
   * Says which page PDFium works on from now on, 0 for the document as a whole, null for none: cheaper than `report`, for whoever watches
   * over slow pages.
   */
  onPage: (page: number | null) => void;
}
