import type { Reading, SkippedPage } from '../model/extraction.ts';
import type { Answer } from './protocol.ts';

/** What an extractor has reported about its work on one document. */
export class DocumentProgress {
  #reading: Reading | null = null;
  /** Time spent on drawn groups, and since when the current one is drawn. */
  #drawnMs = 0;
  #drawingSince: number | null = null;
  #progressedAt = new Date();
  /** The page that PDFium has been reading for some time, 0 for the document as a whole; null for none. */
  slowPage: number | null = null;

  /** Its current work; null before it has started. */
  get reading(): Reading | null {
    return this.#reading;
  }

  /** The page that is responsible if the process dies now; null if it may be the document as a whole. */
  get current(): Omit<SkippedPage, 'failure'> | null {
    if (this.slowPage !== null) return { engine: 'PDFIUM', page: this.slowPage };
    const { engine, page = null, drawing } = this.#reading ?? {};
    const isRead = page !== null && drawing === undefined;
    return isRead && engine !== undefined && engine !== 'OCR' ? { engine, page } : null;
  }

  /** Time spent on drawing pages so far, in milliseconds. */
  get drawnMs(): number {
    return this.#drawnMs + (this.#drawingSince === null ? 0 : performance.now() - this.#drawingSince);
  }

  /** When it last made progress. */
  get progressedAt(): Date {
    return this.#progressedAt;
  }

  /** Takes note of an answer. */
  note(answer: Answer): void {
    this.#progressedAt = new Date();
    if (answer.type !== 'event') return;
    if (answer.event.type === 'reading') {
      this.#reading = answer.event;
      if (answer.event.drawing !== undefined) this.#drawingSince ??= performance.now();
    }
    if (answer.event.type === 'group' && this.#reading !== null) {
      // The extractor waits until the group is taken, and draws nothing in the meantime.
      const { drawing: _, ...reading } = this.#reading;
      this.#reading = reading;
      this.#drawnMs = this.drawnMs;
      this.#drawingSince = null;
    }
  }
}
