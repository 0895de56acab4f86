import type { Database } from '../connections/database.ts';
import { ClaimLostError, type Fenced, fenceValues, leaseSeconds } from '../job-row/fence.ts';
import type { EngineName, ExtractedPage } from '../pdf/model/document.ts';
import type { PageImages } from '../pdf/model/images.ts';
import { searchedText } from './searched-text.ts';
import { storeGroup } from './sql/store-pages.ts';

/** The places of a page's images in storage. */
export interface StoredImages extends PageImages {
  /** The file with the images of this page and its neighbours; null without images. */
  key: string | null;
}

export interface PageToStore extends ExtractedPage {
  /** Missing if none were requested. */
  images?: StoredImages;
}

/**
 * Thrown if stored pages are missing. Groups of pages do not wait for the disk, so a crash of PostgreSQL can lose the
 * newest ones while the attempt continues. The attempt notices by counting and gives the job back without its stored
 * pages, so that the next attempt extracts all of them. retry-policy.ts limits how often.
 */
export class PagesLostError extends Error {
  constructor() {
    super('stored pages are missing');
    this.name = 'PagesLostError';
  }
}

/** Returns the parameters $4–$15 of `insertPages`. */
export function pageValues(pages: PageToStore[]) {
  return [
    pages.map((page) => page.number),
    pages.map((page) => page.label),
    pages.map((page) => page.width),
    pages.map((page) => page.height),
    pages.map((page) => page.rotation),
    pages.map((page) => page.text),
    pages.map((page) => page.markdown),
    pages.map((page) => JSON.stringify(page.links)),
    pages.map((page) => JSON.stringify(page.details)),
    pages.map(({ images }) => (images === undefined ? null : JSON.stringify(images))),
    pages.map((page) => page.failure),
    pages.map(searchedText),
  ];
}

/**
 * Stores a finished group of pages with the progress, and renews the lease. Throws `PagesLostError` if earlier pages
 * are missing.
 */
export async function storePages(
  context: { database: Database },
  claim: Fenced,
  pages: PageToStore[],
  by: { engine: EngineName; storedBy: string },
  progress: { seq: number; percent: number; pagesDone: number; pagesTotal: number },
): Promise<void> {
  const rows = await context.database.query<{ stored: number }>(storeGroup, [
    ...fenceValues(claim),
    ...pageValues(pages),
    by.engine,
    progress.pagesTotal,
    progress.pagesDone,
    progress.percent,
    progress.seq,
    leaseSeconds,
    by.storedBy,
  ]);
  const [row] = rows;
  if (row === undefined) throw new ClaimLostError();
  if (row.stored !== progress.pagesDone) throw new PagesLostError();
}
