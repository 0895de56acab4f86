import type { ExtractionRequest, Reading } from '../model/extraction.ts';
import type { Engines } from './engines.ts';

/** One extraction in this process. */
export interface Run {
  request: ExtractionRequest;
  engines: Engines;
  /** Reports the next step before it starts, because it may be the last. */
  report: (reading: Reading) => void;
  /**
   * Reports the page that PDFium works on from now on, 0 for the document as a whole, null for none. Cheaper than
   * `report`; serves to detect slow pages.
   */
  onPage: (page: number | null) => void;
}
