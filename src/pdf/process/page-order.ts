import type { ExtractionEvent } from '../model/extraction.ts';

/** Checks that an extraction reports each page once, in order, and no more pages than it may. */
export class PageOrder {
  readonly #maxPages: number;
  #last = 0;
  #pageCount: number | null = null;
  #left = 0;

  constructor(maxPages: number) {
    this.#maxPages = maxPages;
  }

  allows(event: ExtractionEvent): boolean {
    if (event.type === 'opened') {
      if (this.#pageCount !== null || event.pagesTotal > this.#maxPages) return false;
      this.#pageCount = event.facts.pageCount;
      this.#left = event.pagesTotal - event.pagesStored;
    } else if (event.type === 'group') {
      if (event.pages.length === 0) return false;
      for (const { number } of event.pages) {
        if (this.#pageCount === null || number <= this.#last || number > this.#pageCount) return false;
        this.#last = number;
      }
      this.#left -= event.pages.length;
    }
    return this.#left >= 0;
  }
}
